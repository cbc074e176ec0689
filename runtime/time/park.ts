/**
 * How a loop waits: one of the four things that are injected. No logic.
 *
 * `until` MUST return soon after the bell differs from `rung` (at once when it does already) and MUST NOT
 * return before that while the clock is before `untilUs`, but for a microsecond: who waits looks again.
 */
export interface Park {
  /** `untilUs`: on the clock that the park was made with; infinite: only the bell ends the wait. */
  until(untilUs: number, rung: number): void;
}

/** A shared word that is changed by whoever puts something in front of a thread, and then notified. */
export interface Bell {
  read(): number;
  /** Sleeps while the word is `rung`, at most `forMs`; may return late, as the system's timers do. */
  sleep(rung: number, forMs: number): void;
}
