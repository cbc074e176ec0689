/** How long samples take to the line that is driven by them: measured at both ends, by the clock that all processes share. */
import { MovingHistogram } from "../../runtime/time/moving-histogram.ts";
import type { TimingReport } from "./messages.ts";

export class EndToEnd {
  readonly #deadlineUs: number;
  readonly #ways = new MovingHistogram();
  #misses = 0;

  constructor(deadlineUs: number) {
    this.#deadlineUs = deadlineUs;
  }

  /** A line was driven at `atUs`, so long after the sample that asked for it, us. */
  record(us: number, atUs: number): void {
    this.#ways.record(us, atUs);
    if (us > this.#deadlineUs) this.#misses++;
  }

  report(): Required<Pick<TimingReport, "endToEndUs" | "endToEndMisses">> {
    return { endToEndUs: this.#ways.quantiles(), endToEndMisses: this.#misses };
  }
}
