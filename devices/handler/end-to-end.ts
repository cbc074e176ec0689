/** How long samples take to the line that is driven by them: measured at both ends, by the clock that all processes share. */
import { Histogram } from "../../runtime/time/histogram.ts";
import type { TimingReport } from "./messages.ts";

export class EndToEnd {
  readonly #deadlineUs: number;
  readonly #ways = new Histogram();
  #misses = 0;

  constructor(deadlineUs: number) {
    this.#deadlineUs = deadlineUs;
  }

  /** A line was driven so long after the sample that asked for it, us. */
  record(us: number): void {
    this.#ways.record(us);
    if (us > this.#deadlineUs) this.#misses++;
  }

  report(): Required<Pick<TimingReport, "endToEndUs" | "endToEndMisses">> {
    return { endToEndUs: this.#ways.quantiles(), endToEndMisses: this.#misses };
  }
}
