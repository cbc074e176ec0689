/**
 * How long before a release a thread has to wake up so that it is there in time: a high quantile of how late
 * this thread's own sleeps ended, followed by small steps.
 *
 * A sleep that ended later than the lead moves it up by `UP_US`, any other down by a little: the lead comes to
 * rest where 3 sleeps in 1000 are late (stochastic approximation, Robbins and Monro 1951). One outlier, however
 * far, is one step; constant memory, no sorting. From its start it meets 100 us in five late sleeps, and gives up
 * 30 us in a second at 1 kHz.
 */

/** Of sleeps that end later than the lead. With 0.01 the 99th percentile stood on the edge; 0.001 costs a third more. */
const LATE_SHARE = 0.003;
const UP_US = 10;
const DOWN_US = (UP_US * LATE_SHARE) / (1 - LATE_SHARE);

/** Two clock reads and the way back from the system call. */
const LEAST_US = 5;
/** More would only be paid where a shared machine stalls, which no lead prevents. */
const MOST_US = 500;
const START_US = 50;

export class SpinLead {
  #us = START_US;

  /** From 5 to 500 us. */
  get us(): number {
    return this.#us;
  }

  /** A sleep ended `lateUs` after it should have. */
  slept(lateUs: number): void {
    const step = lateUs > this.#us ? UP_US : -DOWN_US;
    this.#us = Math.min(MOST_US, Math.max(LEAST_US, this.#us + step));
  }
}
