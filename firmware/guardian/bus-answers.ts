import type { BusPlan } from "../contracts/bus-plan.ts";
import type { GuardianEvent } from "../contracts/control.ts";
import type { Status } from "../transport/status.ts";
import type { Segment } from "./segments.ts";
import type { Transfer } from "./transfer-slots.ts";

/** Where the answers and news of a bus go. */
export interface BusAnswers {
  /** Called once for each accepted transfer; `bytes` is borrowed. */
  answer(transfer: Transfer, status: Status, bytes: Uint8Array, at: number, length: number): void;
  /** Asked when a transfer's turn has come: its owner may have been fenced while it waited. */
  isCurrent(transfer: Transfer): boolean;
  event(event: GuardianEvent): void;
  /** Takes an output of the guardian's own away from its safe level, or lets it go back. It is in the plan. */
  away(line: string, away: boolean): void;
}

/** Which bus of a plan it is. */
export interface BusPlace {
  readonly plan: BusPlan;
  /** Its number in the plan. */
  readonly adapter: number;
  /** All segments of the plan, by their numbers on the wire. */
  readonly segments: readonly Segment[];
}
