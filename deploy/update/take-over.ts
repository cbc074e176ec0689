/**
 * Who pushes again takes the place of whoever waits to restart the board: that one may have lost its pusher hours ago, and the last word counts
 * (`--now`, another release). Nobody is lost by it: a release that waits is in its slot, and what is there is not sent again.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { NOTICE_FILE, readNotice } from "./notice.ts";
import { receiverOf } from "./receive-lock.ts";

/** Longest that it may take to end, ms, and between two looks. */
const LONGEST_MS = 10_000;
const LOOK_MS = 50;

/** Resolves when it has ended, or need not, or does not: then the lock says who is there. */
export async function endWaiting(notes: string): Promise<void> {
  const notice = readNotice(await readFile(join(notes, NOTICE_FILE), "utf8").catch(() => ""));
  const pid = await receiverOf(notes);
  if (notice?.state !== "waiting" || pid === undefined || pid === process.pid) return;
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    return; // it has just ended, or is somebody else's
  }
  for (let leftMs = LONGEST_MS; leftMs > 0 && (await receiverOf(notes)) === pid; leftMs -= LOOK_MS)
    await delay(LOOK_MS);
}
