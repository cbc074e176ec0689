/**
 * What the machine does to anybody: jobs without work, released one after the other over their period, by a thread that
 * sleeps from each release to the next. Word 0 counts releases, word 1 those that came later than the deadline.
 */
import { workerData } from "node:worker_threads";
import { NICE, setThreadNice } from "../../../runtime/time/thread-priority.ts";

export interface FloorData {
  readonly counts: Int32Array;
  /** Between two releases, and from a release until it is missed, ms. */
  readonly everyMs: number;
  readonly deadlineMs: number;
}

const { counts, everyMs, deadlineMs } = workerData as FloorData;
const sleep = new Int32Array(new SharedArrayBuffer(4));
setThreadNice(NICE.cell);
for (let releaseMs = performance.now(); ; releaseMs += everyMs) {
  const waitMs = releaseMs - performance.now();
  if (waitMs > 0) Atomics.wait(sleep, 0, 0, waitMs);
  Atomics.add(counts, 0, 1);
  if (performance.now() - releaseMs > deadlineMs) Atomics.add(counts, 1, 1);
}
