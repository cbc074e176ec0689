/**
 * The timers of one cell: time limits of waits, and messages sent for later, on one wheel.
 *
 * `soonestUs` says before when none can expire, so that a loop asks it and not the wheel. A stopped timer leaves it
 * as it is: then it is asked once too early.
 */
import { TimerWheel } from "../time/timer-wheel.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import { noTimers, SentTimers } from "./sent-timers.ts";

/** What happens when one expires. */
export interface OnExpiry {
  /** The time limit of the present wait has passed. */
  timedOut(process: Process, expiryUs: number): void;
  /** `message` was copied when the timer was started. */
  send(to: Pid | string, message: unknown): void;
}

export class CellTimers {
  readonly #wheel: TimerWheel;
  readonly #sent: SentTimers;
  readonly #onExpiry: OnExpiry;
  #soonestUs = Number.POSITIVE_INFINITY;

  constructor(startUs: number, onExpiry: OnExpiry) {
    this.#wheel = new TimerWheel({ startUs: Math.floor(startUs) });
    this.#sent = new SentTimers(this.#wheel);
    this.#onExpiry = onExpiry;
  }

  /** No timer expires before, us; `Infinity`: none runs. */
  get soonestUs(): number {
    return this.#soonestUs;
  }

  /** When the next may expire, as the wheel knows it, us. */
  nextExpiryUs(): number {
    return this.#wheel.nextExpiryUs();
  }

  /** How many run. */
  get size(): number {
    return this.#wheel.size;
  }

  /** The time limit of a wait. */
  start(process: Process, expiryUs: number): void {
    const wholeUs = Math.ceil(expiryUs);
    process.timer = this.#wheel.start(wholeUs, process);
    if (wholeUs < this.#soonestUs) this.#soonestUs = wholeUs;
  }

  stop(process: Process): void {
    this.#wheel.cancel(process.timer);
    process.timer = 0;
  }

  /** Sends a message, a copy already, unless `owner` ends before; returns a handle for `cancel`. */
  sendAt(expiryUs: number, to: Pid | string, message: unknown, owner: Process | undefined): number {
    const wholeUs = Math.ceil(expiryUs);
    const handle = this.#sent.start(owner, wholeUs, to, message);
    if (wholeUs < this.#soonestUs) this.#soonestUs = wholeUs;
    return handle;
  }

  /** False when it was sent already. */
  cancel(handle: number): boolean {
    return this.#sent.cancel(handle);
  }

  /** Of messages that a process has sent for later, by the handles it knows, first to expire first. */
  sentBy(process: Process): ReturnType<SentTimers["of"]> {
    return this.#sent.of(process);
  }

  /** How many those are. */
  sentCount(process: Process): number {
    return this.#sent.count(process);
  }

  /** As `sendAt`, of a timer that its owner knows by another handle. */
  inherit(handle: number, owner: Process, expiryUs: number, to: Pid | string, message: unknown): void {
    this.#sent.inherit(handle, owner, expiryUs, to, message);
    if (expiryUs < this.#soonestUs) this.#soonestUs = expiryUs;
  }

  /** Ends all messages that a process has sent for later. */
  releaseSent(process: Process): void {
    if (process.sentTimers !== noTimers) this.#sent.release(process);
  }

  /** Carries out what is due. */
  expire(nowUs: number): void {
    this.#wheel.advance(Math.floor(nowUs), this.#expired);
    this.#soonestUs = this.#wheel.nextExpiryUs();
  }

  readonly #expired = (token: number | object, expiryUs: number): void => {
    if (typeof token === "number") {
      this.#sent.expire(token, this.#send);
      return;
    }
    const process = token as Process;
    process.timer = 0;
    process.timedOut = true;
    this.#onExpiry.timedOut(process, expiryUs);
  };

  readonly #send = (to: Pid | string, message: unknown): void => this.#onExpiry.send(to, message);
}
