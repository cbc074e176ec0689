import type { BoardConfig } from "../config/board-schema.ts";
import type { Path } from "../config/problem.ts";
import type { Refused } from "./admit.ts";
import type { CellMembers } from "./cell-members.ts";
import type { Machine } from "./machine.ts";

/** A change that makes it fit, in words; where it is one value of the file, which. */
export interface Remedy {
  readonly words: string;
  readonly at?: Path;
  readonly value?: string;
}

/** What is refused, and how a changed board is judged. */
export interface RemedySearch {
  readonly config: BoardConfig;
  readonly refused: Refused;
  readonly members: readonly CellMembers[];
  readonly machine: Machine;
  /** This is refused no more. */
  fits(changed: BoardConfig, cells?: readonly CellMembers[]): boolean;
  /** Nothing else is refused instead, by admission or by another check. */
  helps(changed: BoardConfig, cells?: readonly CellMembers[]): boolean;
}
