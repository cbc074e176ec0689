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
}

export class Stalls {
  readonly seen: Stall[] = [];
  readonly #thread = new Worker(new URL("./stall-thread.js", import.meta.url));

  constructor() {
    this.#thread.on("message", (stall: Stall) => void this.seen.push(stall));
    this.#thread.unref();
  }

  /** Whether the machine stalled in the interval, give or take `slackMs`. */
  during(fromMs: number, toMs: number, slackMs = 50): boolean {
    return this.seen.some((stall) => stall.toMs >= fromMs - slackMs && stall.fromMs <= toMs + slackMs);
  }

  /** Time in which the machine stood still between two moments, ms. */
  totalMs(fromMs: number, toMs: number): number {
    let total = 0;
    let coveredMs = fromMs;
    for (const stall of this.seen) {
      const startMs = Math.max(stall.fromMs, coveredMs);
      const endMs = Math.min(stall.toMs, toMs);
      if (endMs > startMs) total += endMs - startMs;
      coveredMs = Math.max(coveredMs, endMs);
    }
    return Math.round(total);
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
