import type { Pid } from "../process/pid.ts";
import { runFigures } from "./run-figures.ts";

/** What a party's conversation writes down for its witness; both are the kernel's, in one cell. */
export class Ledger {
  readonly #party: Pid;
  readonly #dropped: number;
  /** Number of the last message that it took, when, and its `readyUs` then. */
  heardSeq = 0;
  heardUs = 0;
  heardReadyUs = 0;
  /** Number of the last message that it said, when, and its `readyUs` then. */
  spokeSeq = 0;
  spokeUs = 0;
  spokeReadyUs: number;

  /** `party` MUST be of this cell. */
  constructor(party: Pid, nowUs: number) {
    const { readyUs, dropped } = runFigures(party, nowUs)!;
    this.#party = party;
    this.#dropped = dropped;
    this.spokeReadyUs = readyUs;
  }

  heard(seq: number, nowUs: number): void {
    this.heardSeq = seq;
    this.heardUs = nowUs;
    this.heardReadyUs = runFigures(this.#party, nowUs)!.readyUs;
  }

  spoke(seq: number, nowUs: number): void {
    this.spokeSeq = seq;
    this.spokeUs = nowUs;
    this.spokeReadyUs = runFigures(this.#party, nowUs)!.readyUs;
  }

  /** What it holds now is held since then, and its `readyUs` then: it took its last message, or has said something since. */
  get sinceUs(): number {
    return Math.max(this.heardUs, this.spokeUs);
  }

  get sinceReadyUs(): number {
    return this.heardUs >= this.spokeUs ? this.heardReadyUs : this.spokeReadyUs;
  }

  /** Its mailbox refused something since the conversation began. */
  lostSomething(dropped: number): boolean {
    return dropped > this.#dropped;
  }
}
