/** A bell under a clock turned by hand: sleeps end as late as the script says, rings come at their times. */
import type { Clock } from "../../../runtime/time/clock.ts";
import type { Bell } from "../../../runtime/time/park.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";

/** What one look at the clock takes, us. */
const LOOK_US = 0.25;
/** What one look at the bell takes, us. */
const READ_US = 0.03;

export class ScriptedBell implements Bell {
  readonly #virtual = new VirtualClock();
  /** Rings to come, the next one first. */
  #ringsUs: number[] = [];
  #rung = 0;
  readonly #lateUs: () => number;
  /** Sleeps, as `asked for` us. */
  readonly sleepsUs: number[] = [];
  /** Every look takes a little time, so that spinning gets somewhere. */
  readonly clock: Clock = {
    now: () => {
      this.#virtual.advanceTo(this.#virtual.now() + LOOK_US);
      return this.#virtual.now();
    },
  };

  /** `lateUs`: how late the next sleep ends. */
  constructor(lateUs: () => number) {
    this.#lateUs = lateUs;
  }

  /** The time, without looking at the clock. */
  get nowUs(): number {
    return this.#virtual.now();
  }

  ringAt(...timesUs: number[]): void {
    this.#ringsUs = [...this.#ringsUs, ...timesUs].sort((a, b) => a - b);
  }

  /** Time in which the thread does something else. */
  busyUntil(us: number): void {
    this.#virtual.advanceTo(Math.max(us, this.#virtual.now()));
  }

  read(): number {
    this.#virtual.advanceTo(this.#virtual.now() + READ_US);
    for (; this.#ringsUs[0] !== undefined && this.#ringsUs[0] <= this.#virtual.now(); this.#rung++)
      this.#ringsUs.shift();
    return this.#rung;
  }

  sleep(rung: number, forMs: number): void {
    this.sleepsUs.push(forMs * 1000);
    if (this.read() !== rung) return;
    const endUs = this.#virtual.now() + forMs * 1000 + this.#lateUs();
    const nextRingUs = this.#ringsUs[0] ?? Number.POSITIVE_INFINITY;
    if (endUs === Number.POSITIVE_INFINITY && nextRingUs === Number.POSITIVE_INFINITY)
      throw new Error("slept for ever");
    this.#virtual.advanceTo(Math.min(endUs, nextRingUs));
  }
}
