/** What the machine did meanwhile: a figure taken on a busy machine says little. */
import { readFileSync } from "node:fs";
import { median } from "./figure.ts";

/** Steps of the loop that is timed: about 5 ms. */
const SPIN = 4_000_000;
const SPINS = 5;

export interface Noise {
  /** What other guests of the host took, percent of the time of all cores. */
  readonly stealPercent: number;
  /** A fixed loop against its best time in this run of the benchmark; 1: as fast as ever. */
  readonly slowdown: number;
}

export class NoiseMeter {
  #best = Number.POSITIVE_INFINITY;
  #total = 0;
  #steal = 0;

  constructor() {
    for (let n = 0; n < 4; n++) this.#spin(); // Compiled by then.
    this.#best = Number.POSITIVE_INFINITY;
  }

  /** Begins the stretch that `end` describes. */
  begin(): void {
    this.#spin();
    ({ total: this.#total, steal: this.#steal } = cpuTicks());
  }

  end(): Noise {
    const { total, steal } = cpuTicks();
    const slowdown = this.#spin() / this.#best;
    return { stealPercent: ((steal - this.#steal) / Math.max(1, total - this.#total)) * 100, slowdown };
  }

  #spin(): number {
    const times = Array.from({ length: SPINS }, spin);
    this.#best = Math.min(this.#best, ...times);
    return median(times);
  }
}

/** Always the same work, ms. */
function spin(): number {
  const startMs = performance.now();
  let hash = 1;
  for (let n = 0; n < SPIN; n++) hash = Math.imul(hash ^ n, 0x01000193);
  // Used, or it would be left out.
  return hash === 0 ? Number.NaN : performance.now() - startMs;
}

/** proc(5): user, nice, system, idle, iowait, irq, softirq, steal. */
function cpuTicks(): { readonly total: number; readonly steal: number } {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return { total: ticks.reduce((sum, part) => sum + part, 0), steal: ticks[7] ?? 0 };
}
