/** Sleeps 5 ms again and again and reports each time the machine gave it back late, or took a processor away. */
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { parseCpuLine } from "../../firmware/guardian/steal.ts";

const TICK_MS = 5;
/** A tick this late is a stall, ms. */
const LATE_MS = 15;
/** How often /proc/stat is read, ms; its unit is 10 ms. */
const STEAL_EVERY_MS = 50;
/** Stolen ticks in one look that are worth a record: less is noise that no deadline of 100 ms feels. */
const STOLEN_TICKS = 2;

const word = new Int32Array(new SharedArrayBuffer(4));
const steal = () => parseCpuLine(readFileSync("/proc/stat", "latin1")).steal;
// Wall time, as the events of a board have it, that a clock step cannot move.
const originMs = Date.now() - performance.now();

let lookedMs = performance.now();
let stolen = steal();
for (;;) {
  const beforeMs = performance.now();
  Atomics.wait(word, 0, 0, TICK_MS);
  const nowMs = performance.now();
  if (nowMs - beforeMs - TICK_MS > LATE_MS) report("late", beforeMs, nowMs);
  if (nowMs - lookedMs < STEAL_EVERY_MS) continue;
  const now = steal();
  if (now - stolen >= STOLEN_TICKS) report("stolen", lookedMs, nowMs);
  stolen = now;
  lookedMs = nowMs;
}

function report(kind: "late" | "stolen", fromMs: number, toMs: number): void {
  parentPort?.postMessage({ kind, fromMs: originMs + fromMs, toMs: originMs + toMs });
}
