/**
 * Time as everything here reads it.
 *
 * `now()` MUST be monotonic, MUST NOT follow wall-clock steps, and MUST be the same time line in every
 * thread and process of one machine (CLOCK_MONOTONIC), so that a deadline can travel as a number.
 */
export interface Clock {
  /** Microseconds since an arbitrary, fixed origin; fractions allowed. */
  now(): number;
}
