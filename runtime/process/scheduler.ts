/**
 * Who runs next in one cell.
 *
 * A process is `waiting` until a message it waits for, a signal or its timer makes it `runnable`; `next` takes the
 * most urgent and makes it `running`; what it is after that its wait says (`wait.ts`). It waits for its turn with
 * a band and a deadline: its own, or more urgent ones that were lent to it by what came.
 *
 * `background` comes after all others and is owed a twentieth of the time: after each of its slices others go first
 * for nineteen times as long, then one of its processes goes before them.
 *
 * Overload: a band can starve those below it, except for that share; within a band see `RunQueue`.
 * Cost: one operation of the run queue to get ready and one to run.
 */
import type { Clock } from "../time/clock.ts";
import { RunQueue } from "../time/run-queue.ts";
import { isBefore } from "./deadline.ts";
import { lendsNoBand } from "./mailbox.ts";
import { matches } from "./pattern.ts";
import { BAND, type Process } from "./process.ts";

/** Time of others, in times of its own, that background stands back for at most: 5 % are its share. */
const OTHERS_SHARE = 19;
const NEVER = Number.POSITIVE_INFINITY;

export class Scheduler {
  readonly #clock: Clock;
  readonly #queue = new RunQueue<Process>({ bands: BAND.background + 1 });
  /** From when on background goes before all others, us: it has had less than its share. */
  #backgroundFromUs = 0;

  /** The clock is read for who keeps how long it was runnable (`ReadyTime`). */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many are runnable. */
  get size(): number {
    return this.#queue.size;
  }

  /** Who runs now; `undefined`: nobody is runnable. */
  next(nowUs: number): Process | undefined {
    const share = nowUs >= this.#backgroundFromUs ? this.#queue.popLast() : undefined;
    const process = share ?? this.#queue.pop();
    if (process === undefined) return undefined;
    process.state = "running";
    const { readyTime } = process;
    if (readyTime !== undefined) readyTime.readyUs += this.#clock.now() - readyTime.sinceUs;
    return process;
  }

  /** A process of `background` had its turn for `sliceUs`, until `nowUs`. */
  hadShare(nowUs: number, sliceUs: number): void {
    this.#backgroundFromUs = nowUs + sliceUs * OTHERS_SHARE;
  }

  /** Makes who waits runnable, and is of no effect for others. `ahead`: before those that are as urgent. */
  wake(process: Process, deadlineUs?: number, band = lendsNoBand, ahead = false): void {
    if (process.state !== "waiting") return;
    process.state = "runnable";
    if (process.readyTime !== undefined) process.readyTime.sinceUs = this.#clock.now();
    const { hardDeadlineUs } = process;
    this.#enqueue(
      process,
      isBefore(hardDeadlineUs, deadlineUs) ? hardDeadlineUs : deadlineUs,
      Math.min(band, process.workBand),
      ahead,
    );
  }

  /** A message is in its mailbox, and lends its deadline and its band to whoever waits for it. */
  wakeFor(
    process: Process,
    message: unknown,
    deadlineUs: number | undefined,
    band: number,
    isSignal = false,
  ): void {
    const { state } = process;
    if (state === "waiting") {
      if (!process.deaf && matches(process.pattern, message, isSignal)) this.wake(process, deadlineUs, band);
    } else if (state === "runnable") {
      const queueBand = Math.min(band, process.workBand);
      if (queueBand > process.queueBand) return;
      if (queueBand === process.queueBand && !isBefore(deadlineUs, process.queueDeadlineUs)) return;
      if (process.deaf || !matches(process.pattern, message, isSignal)) return;
      this.#queue.remove(process);
      this.#enqueue(process, deadlineUs, queueBand);
    }
  }

  /** Who paused has its next turn when it is as urgent as what it goes on with. */
  goOnLater(process: Process): void {
    process.state = "waiting";
    // Deaf: in the middle of its work, which others that are as urgent do not put off.
    const next = process.deaf ? process : process.mailbox.find(process.pattern);
    this.wake(process, next?.deadlineUs, next?.band, process.deaf);
  }

  /** It ends, and has no turn any more. */
  remove(process: Process): void {
    if (process.state === "runnable") this.#queue.remove(process);
  }

  #enqueue(process: Process, deadlineUs: number | undefined, band: number, ahead = false): void {
    process.queueBand = band;
    process.queueDeadlineUs = deadlineUs;
    this.#queue.push(process, band, band === BAND.background ? NEVER : (deadlineUs ?? NEVER), ahead);
  }
}
