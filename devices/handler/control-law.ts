/** What a controller process asks of a control law. No processes, no clock of its own. */
import type { Quality } from "../quality.ts";

export interface LawInput {
  readonly value: number;
  readonly quality: Quality;
  readonly ageMs: number;
}

export interface LawDecision {
  readonly on: boolean;
  /** One line for people. */
  readonly why: string;
  /** False when the input cannot be acted on: the controller then goes to `safe`. */
  readonly trusted: boolean;
}

export interface ControlLaw {
  /** `input` absent: nothing was ever measured. Monotonic us. */
  decide(input: LawInput | undefined, nowUs: number): LawDecision;
  /** What it would decide; nothing is remembered, and nothing begins. */
  look(input: LawInput | undefined, nowUs: number): LawDecision;
  /** A person changed a setting, already within its bounds. */
  change(values: Readonly<Record<string, number | boolean>>): void;
  /** What it publishes as readings: setpoint, enabled. */
  readings(): Readonly<Record<string, number | boolean>>;
  /** What it remembers beside its settings, as data. */
  memory(): unknown;
  /** Goes on with what a law of the same kind remembered. */
  goOn(memory: unknown): void;
}
