import { type Board, detectBoard } from "../../firmware/board/detect-board.ts";
import { HardwareError } from "../../firmware/contracts/hardware-error.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import type { ConfigResult } from "../config/load-config.ts";
import type { Finding } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** What every check is given. */
export interface Examination {
  readonly machine: Machine;
  /** Absent where the machine is no Raspberry Pi; then `noBoard` says why. */
  readonly board?: Board;
  readonly noBoard?: string;
  /** Absent where none was given, or it has problems (`loaded`). */
  readonly config?: BoardConfig;
  readonly loaded?: ConfigResult;
}

/** Looks at one thing. Never throws, whatever the machine says: a file it cannot make sense of is as one that is absent. */
export type Check = (examination: Examination) => readonly Finding[];

/** Puts together what the checks look at. */
export function examine(machine: Machine, loaded?: ConfigResult): Examination {
  return {
    machine,
    ...found(machine),
    ...(loaded === undefined ? {} : { loaded }),
    ...(loaded?.config === undefined ? {} : { config: loaded.config }),
  };
}

/** Whether real pins matter here: on a Raspberry Pi, or where the configuration asks for them. */
export function wantsPins({ board, config }: Examination): boolean {
  return config === undefined ? board !== undefined : config.hardware === "linux";
}

function found({ files }: Machine): Pick<Examination, "board" | "noBoard"> {
  try {
    return { board: detectBoard(files) };
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    return { noBoard: error.message };
  }
}
