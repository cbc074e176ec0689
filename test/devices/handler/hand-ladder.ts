/** A ladder in hand, for tests: what it is told in short words, with the time at which. */
import type { Cause } from "../../../devices/handler/cause.ts";
import { Ladder, type Step } from "../../../devices/handler/ladder.ts";
import type { LadderRule } from "../../../devices/handler/ladder-rule.ts";
import { freshLadder, type LadderState } from "../../../devices/handler/ladder-state.ts";
import { MODES, type Mode, type ModeOrder } from "../../../devices/handler/mode.ts";

/** A second of monotonic time, us. */
export const s = 1_000_000;

export const handRule: LadderRule = {
  rungs: MODES,
  faultsToDescend: 3,
  probationMs: 1000,
  intensity: 3,
  periodMs: 10_000,
  firstOffMs: 5000,
  longestOffMs: 300_000,
};

export const nak: Cause = { kind: "worldFailure", code: "address_nak", reason: "address_nak at i2c-1 0x76" };

export class HandLadder {
  readonly ladder: Ladder;

  constructor(mode: Mode = "full", rule: LadderRule = handRule, from: Partial<LadderState> = {}) {
    this.ladder = new Ladder(rule, { ...freshLadder(rule), mode, ...from });
  }

  get mode(): Mode {
    return this.ladder.mode;
  }

  good = (us: number) => this.ladder.good(us)?.to;
  fault = (us: number) => this.ladder.fault(us, nak)?.to;
  crash = (us: number) => this.ladder.crashed(us, { kind: "crash", reason: "Error: boom" })?.to;

  /** So many times as cost a rung. */
  fail(us: number): Mode | undefined {
    let to: Mode | undefined;
    for (let n = 0; n < 3; n++) to = this.fault(us) ?? to;
    return to;
  }

  /** The step in short, or why not. */
  order(us: number, mode: ModeOrder, forMs?: number): string {
    const command = { values: {}, mode, ...(forMs === undefined ? {} : { forMs }) };
    const { step, refused } = this.ladder.take({ type: "operate", command }, us);
    return refused ?? inShort(step);
  }

  rely(us: number, device: string, mode: Mode, cause?: Cause): string {
    const told = { type: "rely", device, mode, ...(cause === undefined ? {} : { cause }) } as const;
    return inShort(this.ladder.take(told, us).step);
  }
}

/** `full > safe`, or `-`. */
export function inShort(step: Step | undefined): string {
  return step === undefined ? "-" : `${step.from} > ${step.to}`;
}
