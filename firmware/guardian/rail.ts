import type { GuardianEvent } from "../contracts/control.ts";
import type { Output } from "./output.ts";

/** How long an output may fail to reach its safe level, with a try each 100 ms, until its rail drops. */
const PATIENCE_US = 250_000;

/**
 * The line that feeds the loads behind an expander, which the guardian switches by itself: on while every output of the
 * expander reads back as it should, off when one does not reach its safe level. What a bus cannot switch off, this does.
 */
export class Rail {
  readonly #line: Output;
  readonly #outputs: readonly Output[];
  readonly #effects: { on(line: Output): void; event(event: GuardianEvent): void };
  #failsSinceUs: number | undefined;
  #ended = false;

  constructor(
    line: Output,
    outputs: readonly Output[],
    effects: { on(line: Output): void; event(event: GuardianEvent): void },
  ) {
    this.#line = line;
    this.#outputs = outputs;
    this.#effects = effects;
  }

  /** Looks at the outputs; called after each round of transfers to their expander. */
  look(nowUs: number): void {
    // One that is being driven again has not failed once more; it has not reached its level either.
    const isTried = this.#failsSinceUs !== undefined;
    const failing = this.#outputs.find((output) => output.failsSafe || (isTried && output.unsafe));
    if (failing !== undefined) {
      this.#failsSinceUs ??= nowUs;
      if (nowUs - this.#failsSinceUs < PATIENCE_US || !this.#line.isOn) return;
      this.#line.safe(nowUs);
      this.#effects.event({
        kind: "railOff",
        line: this.#line.plan.line,
        for: failing.plan.line,
        atUs: nowUs,
      });
      return;
    }
    this.#failsSinceUs = undefined;
    if (this.#ended || this.#line.isOn || this.#outputs.some(({ unsafe }) => unsafe)) return;
    if (this.#line.write(1, nowUs) === "ok") this.#effects.on(this.#line);
  }

  /** The guardian ends in order: the rail, off by then like every output, stays off. */
  end(): void {
    this.#ended = true;
  }
}
