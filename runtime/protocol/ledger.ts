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
  /** `readyUs` of the party when it last spoke. */
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

  spoke(nowUs: number): void {
    this.spokeReadyUs = runFigures(this.#party, nowUs)!.readyUs;
  }

  /** Its mailbox refused something since the conversation began. */
  lostSomething(dropped: number): boolean {
    return dropped > this.#dropped;
  }
}
