import type { Clock } from "../../runtime/time/clock.ts";
import type { Guardian } from "./guardian.ts";
import type { Turn } from "./turn.ts";

/** How often the loop turns without any cause; also the measure of its own lateness. */
const BEAT_MS = 50;
/** A beat that comes later than this is reported, at most once in ten seconds. */
const LATE_US = 20_000;
const REPORT_US = 10_000_000;

/** Runs turns: when somebody wakes it, when the guardian's next timer is due, and every 50 ms. */
export class TurnLoop {
  readonly #clock: Clock;
  readonly #guardian: Guardian;
  readonly #turn: Turn;
  readonly #afterTurn: () => void;
  #awake = false;
  #timer: NodeJS.Timeout | undefined;
  #armedUs = Infinity;
  #beat: NodeJS.Timeout | undefined;
  #beatDueUs = 0;
  #reportedUs = -Infinity;
  late = 0;

  constructor(clock: Clock, guardian: Guardian, turn: Turn, afterTurn: () => void) {
    this.#clock = clock;
    this.#guardian = guardian;
    this.#turn = turn;
    this.#afterTurn = afterTurn;
    this.#armBeat();
  }

  /** A turn follows once the I/O callbacks of this loop iteration are done. */
  wake(): void {
    if (this.#awake) return;
    this.#awake = true;
    setImmediate(this.#run);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#beat);
  }

  readonly #run = (): void => {
    this.#awake = false;
    if (this.#turn.run()) this.wake();
    this.#afterTurn();
    const next = this.#guardian.nextUs;
    if (next >= this.#armedUs) return;
    clearTimeout(this.#timer);
    this.#armedUs = next;
    const waitMs = Math.min(Math.max(1, Math.ceil((next - this.#clock.now()) / 1000)), 60_000);
    this.#timer = setTimeout(() => {
      this.#armedUs = Infinity;
      this.wake();
    }, waitMs);
  };

  #armBeat(): void {
    this.#beatDueUs = this.#clock.now() + BEAT_MS * 1000;
    this.#beat = setTimeout(() => {
      const nowUs = this.#clock.now();
      const lateUs = nowUs - this.#beatDueUs;
      if (lateUs > LATE_US) this.#report(lateUs, nowUs);
      this.wake();
      this.#armBeat();
    }, BEAT_MS);
  }

  #report(lateUs: number, atUs: number): void {
    this.late++;
    if (atUs - this.#reportedUs < REPORT_US) return;
    this.#reportedUs = atUs;
    this.#guardian.event({ kind: "guardianLate", lateUs: Math.round(lateUs), count: this.late, atUs });
  }
}
