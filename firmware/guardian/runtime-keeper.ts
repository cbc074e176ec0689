import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../runtime/time/clock.ts";
import type { GuardianPlan } from "../contracts/guardian-plan.ts";
import { makePipes } from "../transport/pipes.ts";
import { BackOff } from "./back-off.ts";
import { type DeathSign, Incarnation, type IncarnationEvents } from "./incarnation.ts";
import type { Log } from "./log.ts";
import { StealGauge } from "./steal.ts";

/** A frozen runtime is killed after this time even if the lines do not answer. */
const SETTLE_LIMIT_MS = 50;
/** An orderly stop waits this long for outputs that do not read back: they are driven again each 100 ms. */
const STOP_TRIES_MS = [100, 100, 100, 100, 100];

/** What the keeper asks of the guardian. */
export interface Kept extends Pick<IncarnationEvents, "bytes" | "message" | "fence"> {
  /** A runtime was started, its process known. */
  started(pid: number, number: number): void;
  /** Its process has ended. */
  ended(code: number | null): void;
  /** Brings every output to its policy. */
  runtimeDied(): void;
  /** Brings every output to its safe level. */
  stop(): void;
  whenSettled(callback: () => void): void;
  /** Outputs that should be at their safe level and have not read it back. */
  unsafe(): readonly string[];
}

/** Keeps one runtime alive: safe levels first when it dies, then its end, then the next one. */
export class RuntimeKeeper {
  readonly #plan: GuardianPlan;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #kept: Kept;
  readonly #backOff = new BackOff();
  readonly #steal = new StealGauge();
  #incarnation: Incarnation | undefined;
  #number: number;
  #startedUs = 0;
  #exited: () => void = () => {};
  #restart: NodeJS.Timeout | undefined;
  #stopping = false;
  /** What told of the last death first, and how that process ended: its successor writes it down. */
  #sign: DeathSign | undefined;
  #lastEnd: string | undefined;

  constructor(plan: GuardianPlan, clock: Clock, log: Log, kept: Kept) {
    this.#plan = plan;
    this.#clock = clock;
    this.#log = log;
    this.#kept = kept;
    this.#number = plan.incarnation ?? 1;
  }

  /** The run under way; undefined between two runs. */
  get incarnation(): Incarnation | undefined {
    return this.#incarnation;
  }

  async start(): Promise<void> {
    const pipes = await makePipes(this.#plan.directory, this.#plan.slots ?? 32);
    const { bytes, message, fence } = this.#kept;
    this.#startedUs = this.#clock.now();
    const incarnation = new Incarnation(
      withLastEnd(this.#plan, this.#lastEnd),
      pipes,
      this.#number++,
      { clock: this.#clock, steal: this.#steal },
      {
        bytes,
        message,
        fence,
        dead: (by) => this.#died(by),
        exit: (code, signal) => {
          this.#log.line({ runtimeExited: { code, signal, atUs: this.#clock.now() } });
          this.#lastEnd = JSON.stringify({ code, signal, by: this.#sign });
          this.#kept.ended(code);
          this.#exited();
        },
      },
    );
    this.#incarnation = incarnation;
    const { pid, number } = incarnation;
    this.#log.line({ runtimeStarted: { pid, incarnation: number, atUs: this.#startedUs } });
    if (pid !== undefined) this.#kept.started(pid, number);
    if (this.#stopping) await this.#end(0);
  }

  /** Safe levels, read back, then the end of the runtime. Resolves to the outputs that did not read back. */
  async stop(): Promise<readonly string[]> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    this.#incarnation?.bar();
    this.#kept.stop();
    await this.#settled();
    this.#incarnation?.control.send({ stopping: true });
    this.#incarnation?.signal("SIGTERM");
    await this.#end(this.#plan.stopLimitMs ?? 1000);
    for (const waitMs of STOP_TRIES_MS) if (this.#kept.unsafe().length > 0) await sleep(waitMs);
    return this.#kept.unsafe();
  }

  async #died(by: DeathSign): Promise<void> {
    const seenUs = this.#clock.now();
    this.#sign = by;
    if (this.#stopping) return;
    this.#kept.runtimeDied();
    this.#log.line({ runtimeDead: { seenUs, by } });
    await this.#settled();
    await this.#end(0);
    if (this.#stopping) return;
    const waitMs = this.#backOff.after(this.#clock.now() - this.#startedUs);
    this.#restart = setTimeout(() => this.start(), waitMs);
  }

  /** Resolves when all was read back, or after the limit; `safe` is logged only when it is true. */
  #settled(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => {
        this.#log.line({ unsettled: { atUs: this.#clock.now() } });
        resolve();
      }, SETTLE_LIMIT_MS);
      this.#kept.whenSettled(() => {
        clearTimeout(limit);
        const lines = this.#kept.unsafe();
        const atUs = this.#clock.now();
        this.#log.line(lines.length === 0 ? { safe: { doneUs: atUs } } : { unsettled: { lines, atUs } });
        resolve();
      });
    });
  }

  /** Waits for the process to end by itself, then kills it; closes its pipes once it is gone. */
  async #end(limitMs: number): Promise<void> {
    const incarnation = this.#incarnation;
    if (incarnation === undefined) return;
    if (!incarnation.exited) {
      const kill = setTimeout(() => incarnation.signal("SIGKILL"), limitMs);
      await new Promise<void>((resolve) => {
        this.#exited = resolve;
      });
      clearTimeout(kill);
    }
    incarnation.close();
    if (this.#incarnation === incarnation) this.#incarnation = undefined;
  }
}

/** The plan with what its runtime is told of the one before it, in `HOLDFAST_LAST_END`. */
function withLastEnd(plan: GuardianPlan, end: string | undefined): GuardianPlan {
  if (end === undefined) return plan;
  const { runtime } = plan;
  return { ...plan, runtime: { ...runtime, env: { ...runtime.env, HOLDFAST_LAST_END: end } } };
}
