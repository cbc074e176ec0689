import type { Clock } from "../../runtime/time/clock.ts";
import { isDying } from "./death-evidence.ts";

/** So long after the last pet: time to look at /proc. A pet is due every 10 ms (`runtime/watchdog/watchdog.ts`). */
const SUSPICION_US = 22_000;
/** How often to look again while in doubt. */
const RECHECK_MS = 4;
/** How often to look for the first pet. */
const START_LOOK_MS = 50;
/** How much longer silence is borne where a hypervisor takes the processors away. */
const STOLEN_FACTOR = 4;
/** A timer this late means that the guardian did not run. */
const STALL_US = 3_000;

/** What has been said by the watchdog thread of a runtime since it was asked last. */
export interface Pets {
  /** When the newest pet was written, us; `undefined` when there is none. */
  newest(): number | undefined;
  /** Nobody holds its other end any more. */
  readonly ended: boolean;
}

/** A timer; gives the way to end it. Default: the process's own. */
export type After = (ms: number, run: () => void) => () => void;

export interface PetWatchOptions {
  readonly pets: Pets;
  readonly pid: number;
  readonly limitMs: number;
  /** Longest time until the first pet. */
  readonly startLimitMs: number;
  readonly clock: Clock;
  readonly steal: { readonly stolen: boolean };
  onDead(by: "pipe" | "pet" | "proc"): void;
  readonly after?: After;
  /** Default: by /proc. */
  readonly dying?: (pid: number) => boolean;
}

/**
 * Watches the pets of one runtime. It is not woken by them: it looks when the next one may be missing, which is when those
 * that came are read (firmware/decisions/0014). Silence counts from the first pet, so a runtime may take its time to start, though
 * not for ever. A pet counts from when it was written; time in which the guardian itself was held up does not count
 * towards the limit: on a machine that stalls, both stall together.
 */
export class PetWatch {
  readonly #options: PetWatchOptions;
  readonly #clock: Clock;
  readonly #after: After;
  readonly #dying: (pid: number) => boolean;
  readonly #startedUs: number;
  #lastUs: number | undefined;
  /** How long the guardian was held up since the last pet. */
  #stalledUs = 0;
  #dueUs = 0;
  #cancel: () => void = () => {};

  constructor(options: PetWatchOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#after = options.after ?? processTimer;
    this.#dying = options.dying ?? isDying;
    this.#startedUs = this.#clock.now();
    this.#arm(START_LOOK_MS);
  }

  close(): void {
    this.#cancel();
  }

  #arm(ms: number): void {
    const waitMs = Math.max(1, Math.ceil(ms));
    this.#dueUs = this.#clock.now() + waitMs * 1000;
    this.#cancel = this.#after(waitMs, this.#look);
  }

  readonly #look = (): void => {
    const { pets, pid, limitMs, startLimitMs, steal } = this.#options;
    const nowUs = this.#clock.now();
    const newestUs = pets.newest();
    if (newestUs !== undefined) {
      this.#lastUs = Math.min(nowUs, newestUs);
      this.#stalledUs = 0;
    }
    if (this.#lastUs === undefined) {
      if (nowUs - this.#startedUs >= startLimitMs * 1000) this.#dead("pet");
      else this.#arm(Math.min(START_LOOK_MS, startLimitMs - (nowUs - this.#startedUs) / 1000));
      return;
    }
    const silentUs = nowUs - this.#lastUs;
    const lateUs = nowUs - this.#dueUs;
    if (lateUs > STALL_US) this.#stalledUs += Math.min(lateUs, silentUs);
    const bearableUs = limitMs * 1000 * (steal.stolen ? STOLEN_FACTOR : 1);
    if (pets.ended) this.#dead("pipe");
    else if (silentUs < SUSPICION_US) this.#arm((SUSPICION_US - silentUs) / 1000);
    else if (this.#dying(pid)) this.#dead("proc");
    else if (silentUs - this.#stalledUs >= bearableUs) this.#dead("pet");
    else this.#arm(RECHECK_MS);
  };

  #dead(by: "pipe" | "pet" | "proc"): void {
    this.close();
    this.#options.onDead(by);
  }
}

function processTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
