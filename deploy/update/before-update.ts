/** What the trial compares with, kept over the restart: how the board was, and what is to be tried. */
import { readText, writeDurably } from "../board/durable-text.ts";
import { type BoardPicture, NO_PICTURE } from "./picture.ts";
import type { ReleaseId } from "./slot-record.ts";
import { TRIAL_TIMES, type TrialTimes } from "./trial.ts";

export interface BeforeUpdate {
  readonly release: ReleaseId;
  readonly version: string;
  readonly picture: BoardPicture;
  readonly times: TrialTimes;
}

export const BEFORE_FILE = "before.json";

/** Of this release; where nothing is known of it the board has only to answer. */
export function readBefore(file: string, release: ReleaseId | undefined): BeforeUpdate {
  const otherwise = {
    release: release ?? "",
    version: "",
    picture: NO_PICTURE,
    times: TRIAL_TIMES,
  };
  try {
    const found = JSON.parse(readText(file) ?? "") as Partial<BeforeUpdate>;
    return found.release === release && found.picture !== undefined ? { ...otherwise, ...found } : otherwise;
  } catch {
    return otherwise; // it was lost or damaged: what can be asked is asked
  }
}

export function writeBefore(file: string, before: BeforeUpdate): void {
  writeDurably(file, `${JSON.stringify(before)}\n`);
}
