/** What the trial compares with, kept over the restart: how the board was, and what is to be tried. */
import { readText, writeDurably } from "../board/durable-text.ts";
import type { BoardPicture } from "./picture.ts";
import type { ReleaseId } from "./slot-record.ts";
import { TRIAL_TIMES, type TrialTimes } from "./trial.ts";

export interface BeforeUpdate {
  readonly release: ReleaseId;
  readonly version: string;
  readonly picture: BoardPicture;
  readonly times: TrialTimes;
  /** Nothing was to be waited for, neither there nor back. */
  readonly now?: boolean;
}

export const BEFORE_FILE = "before.json";

/** As it was read; without a picture where it was lost, with the data partition say: then nothing can be proven. */
export type KnownBefore = Omit<BeforeUpdate, "picture"> & { readonly picture: BoardPicture | undefined };

/** Of this release. */
export function readBefore(file: string, release: ReleaseId | undefined): KnownBefore {
  const otherwise = { release: release ?? "", version: "", picture: undefined, times: TRIAL_TIMES };
  try {
    const found = JSON.parse(readText(file) ?? "") as Partial<BeforeUpdate>;
    return found.release === release && found.picture !== undefined ? { ...otherwise, ...found } : otherwise;
  } catch {
    return otherwise; // it was lost or damaged
  }
}

export function writeBefore(file: string, before: BeforeUpdate): void {
  writeDurably(file, `${JSON.stringify(before)}\n`);
}
