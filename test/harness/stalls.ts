/**
 * When this machine stood still by itself: evidence by which a missed deadline is judged.
 *
 * On a shared machine a hypervisor takes processors away for 50 to 200 ms. A test that says "nobody else missed
 * a deadline" must tell that from a defect; so it asks whether the machine stalled at that time.
 */
import { Worker } from "node:worker_threads";
import type { SpecContext } from "./spec.ts";
import { quietFor } from "./until.ts";

/** An interval of wall time, ms since 1970, in which a 5 ms sleep ended late or processor time was stolen. */
export interface Stall {
  readonly kind: "late" | "stolen";
  readonly fromMs: number;
  readonly toMs: number;
  /** How late the sleep ended; how much time was stolen, of all processors together. */
  readonly lostMs: number;
}

export class Stalls {
  readonly seen: Stall[] = [];
  readonly #thread = new Worker(new URL("./stall-thread.js", import.meta.url));

  constructor() {
    this.#thread.on("message", (stall: Stall) => void this.seen.push(stall));
    this.#thread.unref();
  }

  /** Time the machine lost between two moments: the larger of what sleeps and what /proc/stat say, ms. */
  lostMs(fromMs: number, toMs: number): number {
    const sum = (kind: Stall["kind"]) =>
      this.seen
        .filter((stall) => stall.kind === kind && stall.toMs >= fromMs && stall.fromMs <= toMs)
        .reduce((total, { lostMs }) => total + lostMs, 0);
    return Math.max(sum("late"), sum("stolen"));
  }

  /** Lets the thread hand over what it has seen so far. */
  settle(): Promise<void> {
    return quietFor(100);
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }
}

/** Watches until the test ends. */
export function watchStalls(t: SpecContext): Stalls {
  const stalls = new Stalls();
  t.defer(() => stalls.stop());
  return stalls;
}
