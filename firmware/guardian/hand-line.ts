import type { Clock } from "../../runtime/time/clock.ts";
import { LocalGuardian } from "../client/local-hardware.ts";
import type { Backend } from "../contracts/backend.ts";
import type { GuardianEvent } from "../contracts/control.ts";
import { LineError, type OutputLine } from "../contracts/line.ts";
import type { InterlockPlan, OutputPlan } from "../contracts/output-plan.ts";
import type { KeptOnTimes } from "./on-time.ts";

/** What somebody wants of one line, for so long. */
export interface HandCommand {
  /** The line itself first, then the others of its interlock groups, which stay at their safe levels. */
  readonly outputs: readonly OutputPlan[];
  readonly interlocks: readonly InterlockPlan[];
  readonly level: 0 | 1;
  readonly forMs: number;
}

/** What became of an attempt: it is as commanded, or policy has to pass first. */
export type HandOutcome = "driven" | "min_off" | "switching";

const OWNER = 0;
const EPOCH = 1;

/**
 * One output that is commanded by hand while no board runs: a guardian in the same thread has it, so its policy holds as
 * ever. It leaves its safe level for `forMs`, and only while whoever commands it is heard of (`beat`): that renews its
 * lease. Pure but for the backend, which answers before its calls return.
 */
export class HandLine {
  readonly #clock: Clock;
  readonly #command: HandCommand;
  readonly #guardian: LocalGuardian;
  readonly #output: OutputLine;
  #endUs = Infinity;

  /** Adopts the outputs of the command: those that are driven go to their safe levels. Throws TypeError for policies that contradict themselves. */
  constructor(
    command: HandCommand,
    options: {
      readonly clock: Clock;
      readonly backend: Backend;
      readonly onTimes?: KeptOnTimes;
      onEvent?(event: GuardianEvent): void;
    },
  ) {
    const { outputs, interlocks } = command;
    this.#clock = options.clock;
    this.#command = command;
    this.#guardian = new LocalGuardian({ outputs, interlocks, inputs: [], buses: [] }, options);
    const line = outputs[0]!.line;
    const grant = { owner: OWNER, epoch: EPOCH, outputs: [line], inputs: [], i2c: [] };
    this.#output = this.#guardian.grant(grant).output(line);
  }

  /** When `expire` must be called next, monotonic us; Infinity when nothing is due. */
  get nextUs(): number {
    return Math.min(this.#guardian.guardian.nextUs, this.#endUs);
  }

  /** The time is over. */
  get isOver(): boolean {
    return this.#clock.now() >= this.#endUs;
  }

  /**
   * Drives the line as commanded; from then on its time runs. Where policy says not yet, it is to be tried again.
   * Throws `LineError`: `max_on`, `interlock`, or `read_back` when the line does not follow.
   */
  drive(): HandOutcome {
    const { level, forMs } = this.#command;
    try {
      this.#output.write(level);
    } catch (error) {
      if (error instanceof LineError && (error.code === "min_off" || error.code === "switching"))
        return error.code;
      throw error;
    }
    this.#endUs = this.#clock.now() + forMs * 1000;
    return "driven";
  }

  /** Whoever commands it is still there. Throws `LineError` once policy has taken the level back. */
  beat(): void {
    if (this.#endUs !== Infinity && !this.isOver) this.#output.renew();
  }

  /** Carries out what policy has due. */
  expire(): void {
    this.#guardian.guardian.expire();
  }

  /** Safe levels, whatever came before: the outputs that have not read theirs back (yet). */
  end(): readonly string[] {
    this.#endUs = Infinity;
    this.#guardian.guardian.stop();
    return this.unsafe();
  }

  /** Outputs that should be at their safe levels and have not read them back; they are driven again each 100 ms (`expire`). */
  unsafe(): readonly string[] {
    return this.#guardian.guardian.unsafe();
  }
}
