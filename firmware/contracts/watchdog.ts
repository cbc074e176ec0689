/** A watchdog device that counts: without pets it resets the board. */
export interface WatchdogTimer {
  /** What the driver calls itself. */
  readonly identity: string;
  /** False where `close` stops nothing: the kernel has `nowayout`, or the driver knows no magic close. */
  readonly stoppable: boolean;
  /** Asks for a limit and returns the one that it has then, s: its driver's own where that takes no other. */
  setLimitS(seconds: number): number;
  /** Starts its time anew. Must not wait. Throws when the device does not take it. */
  pet(): void;
  /** Magic close: the silence that follows is meant. Goes on counting where the kernel has `nowayout`. */
  close(): void;
}

/** The program that started this one and ends it when it falls silent. No call waits for it. */
export interface ServiceLink {
  /** Messages that it did not take. */
  readonly dropped: number;
  /** In service: the lines are adopted and at their policy. */
  ready(status: string): void;
  alive(): void;
  /** A line for people. */
  status(text: string): void;
  /** An orderly stop begins. */
  stopping(): void;
}
