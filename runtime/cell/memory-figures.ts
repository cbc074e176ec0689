/**
 * Publishes what the isolate holds outside its heap, so that the watchdog can judge it.
 *
 * V8 lets garbage outside the heap gather up to some 64 MB before it collects. So a figure above the limit is
 * published only after a collection of our own: what is left then is held. That costs 5 to 15 ms, at most every
 * 100 ms, only in a cell that is at its limit.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Clock } from "../time/clock.ts";
import type { ProgressWord } from "./progress-word.ts";

const EVERY_US = 50_000;
const COLLECT_EVERY_US = 100_000;

export class MemoryFigures {
  readonly #progress: ProgressWord;
  readonly #clock: Clock;
  readonly #limitKb: number;
  #nextUs = 0;
  #nextCollectUs = 0;
  #collect: (() => void) | undefined;

  constructor(progress: ProgressWord, clock: Clock) {
    this.#progress = progress;
    this.#clock = clock;
    this.#limitKb = progress.externalLimitKb;
  }

  /** Called at every turn of the loop; does something every 50 ms, where the cell has a limit. */
  turn(): void {
    if (this.#limitKb === 0) return;
    const nowUs = this.#clock.now();
    if (nowUs < this.#nextUs) return;
    this.#nextUs = nowUs + EVERY_US;
    let kb = externalKb();
    if (kb > this.#limitKb) {
      // Not judged before it was collected, and not collected again and again.
      if (nowUs < this.#nextCollectUs) return;
      this.#nextCollectUs = nowUs + COLLECT_EVERY_US;
      this.#collect ??= garbageCollector();
      this.#collect();
      kb = externalKb();
    }
    this.#progress.external(kb);
  }
}

/** Buffers and other memory of C++ objects that JavaScript objects hold, KB. Costs 1 us. */
function externalKb(): number {
  return Math.ceil(getHeapStatistics().external_memory / 1024);
}

/** V8 shows its collector only to contexts made after it was told to. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
