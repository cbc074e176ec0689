/**
 * How soon a guardian that is a service goes on with its start. The service starts it again after 250 ms, however often it ends
 * (SAFETY.md), because outputs need somebody who holds them. One that ends again and again at once holds nothing: the stop step has
 * made its outputs safe each time, and four starts a second only take the processor from whoever could mend it. So from the
 * fifth such start on it waits, longer each time up to a bound. Only deaths count: one that was ended in order (an update, `systemctl restart`) is
 * forgotten by the stop step after it.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Starts in quick succession that wait for nothing. */
const FREE_STARTS = 4;
const FIRST_WAIT_MS = 500;
/** Within the unit's `TimeoutStartSec`, and within what a watchdog counts that the guardian before had opened (15 s). */
const LONGEST_WAIT_MS = 10_000;
/** A guardian that lived for so long did not end at once: the next start is the first. */
const HEALTHY_MS = 10_000;

const FILE = "start.json";

/** Of the start before. Times are of the monotonic clock, ms: the file is in memory and goes with the boot. */
export interface StartRecord {
  readonly atMs: number;
  /** Starts in quick succession so far, itself included. */
  readonly count: number;
  /** How long it waited. */
  readonly waitedMs: number;
}

/** This start, after the one before. */
export function nextStart(before: StartRecord | undefined, nowMs: number): StartRecord {
  const isQuick = before !== undefined && nowMs - before.atMs - before.waitedMs < HEALTHY_MS;
  const count = isQuick ? before.count + 1 : 1;
  const waitedMs =
    count <= FREE_STARTS ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (count - FREE_STARTS - 1), LONGEST_WAIT_MS);
  return { atMs: nowMs, count, waitedMs };
}

/** Notes this start in a folder in memory (`HOLDFAST_KEPT`), and gives how long it should wait, ms. A folder that takes no notes makes nobody wait. */
export function noteStart(folder: string | undefined, nowMs: number): number {
  if (folder === undefined || folder === "") return 0;
  const file = join(folder, FILE);
  const start = nextStart(readRecord(file), nowMs);
  try {
    writeFileSync(file, JSON.stringify(start));
    return start.waitedMs;
  } catch {
    return 0; // whoever cannot count starts must not wait at each
  }
}

/** The guardian was ended in order: the next start is the first. `folder`: as for `noteStart`. */
export function forgetStarts(folder: string | undefined): void {
  if (folder === undefined || folder === "") return;
  try {
    rmSync(join(folder, FILE), { force: true });
  } catch {
    // It is counted once too often; outputs come first here.
  }
}

function readRecord(file: string): StartRecord | undefined {
  try {
    const { atMs, count, waitedMs } = JSON.parse(readFileSync(file, "utf8")) as Partial<StartRecord>;
    if (!Number.isFinite(atMs) || !Number.isInteger(count) || !Number.isFinite(waitedMs)) return undefined;
    return { atMs: atMs!, count: count!, waitedMs: waitedMs! };
  } catch {
    return undefined; // the first start of this boot, or half a note
  }
}
