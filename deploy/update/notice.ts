/**
 * What a board tells about its updates, in a file: who receives, tries and reverts is another program than the one that
 * speaks with the broker, and often does not run while that one does. Written at steps, not for each byte.
 */
import { randomBytes } from "node:crypto";
import { writeDurably } from "../board/durable-text.ts";
import type { ReleaseId, Slot } from "./slot-record.ts";

/**
 * `written`: in its slot, the restart is to come. `waiting`: for outputs or the window. `trial`: it runs, not yet
 * confirmed. The others are ends.
 */
export type UpdateState =
  | "receiving"
  | "written"
  | "waiting"
  | "trial"
  | "confirmed"
  | "reverted"
  | "unreachable"
  | "fellBack"
  | "refused"
  | "failed";

export interface UpdateNotice {
  readonly state: UpdateState;
  readonly release: ReleaseId | null;
  /** Of the release; null where it is not known any more. */
  readonly version: string | null;
  readonly slot: Slot | null;
  /** Of what it failed for, as far as that has a name: `UpdateError` and the like. `interrupted`: the same again goes on there. */
  readonly code?: string;
  /** The trial goes without a restart: it is over with whoever brought the release. */
  readonly live?: true;
  /** Why, what is waited for, or what is missing; empty where there is nothing to say. */
  readonly reason: string;
  /** ISO 8601; null while the clock is not set. */
  readonly at: string | null;
}

/** With what tells it from the one before, also while the board does not know the time. */
export interface KeptNotice extends UpdateNotice {
  readonly id: string;
}

export const NOTICE_FILE = "notice.json";

/** Of the file's text; undefined for one that is none. */
export function readNotice(text: string): KeptNotice | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "state" in value
      ? (value as KeptNotice)
      : undefined;
  } catch {
    return undefined; // it is only told again at the next step
  }
}

export function writeNotice(file: string, notice: UpdateNotice): void {
  const kept: KeptNotice = { id: randomBytes(8).toString("hex"), ...notice };
  writeDurably(file, `${JSON.stringify(kept)}\n`);
}
