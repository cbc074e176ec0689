import { performance } from "node:perf_hooks";
import type { Clock } from "./clock.ts";

/**
 * The machine's CLOCK_MONOTONIC in microseconds, with fractions: one time line for every thread and process.
 *
 * `performance.now()` reads that clock but counts from the start of its own thread, so the distance between
 * the two origins is measured once, against `process.hrtime()`, which has the origin of the kernel. Clocks of
 * two threads agree within a microsecond. Time stands still while the machine is suspended.
 *
 * Cost: one `performance.now()` a call (about 0.1 us on an x86 virtual machine), no BigInt, no array.
 */
export class SystemClock implements Clock {
  readonly #originUs = threadOriginUs();

  now(): number {
    return performance.now() * 1000 + this.#originUs;
  }
}

/** Where this thread's `performance.now()` is zero on CLOCK_MONOTONIC, us; the tightest of eight brackets. */
function threadOriginUs(): number {
  let narrowestMs = Number.POSITIVE_INFINITY;
  let originUs = 0;
  for (let attempt = 0; attempt < 8; attempt++) {
    const beforeMs = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    const afterMs = performance.now();
    if (afterMs - beforeMs >= narrowestMs) continue;
    narrowestMs = afterMs - beforeMs;
    originUs = seconds * 1e6 + nanoseconds / 1000 - ((beforeMs + afterMs) / 2) * 1000;
  }
  return originUs;
}
