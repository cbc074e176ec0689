import type { Clock } from "../../runtime/time/clock.ts";

/** How often the loop shows that it turns, ms. */
const BEAT_MS = 100;
/**
 * A beat that comes later than this tells nobody that the guardian is well: fences and leases would be as late. It is
 * five times the longest stall seen on shared machines, so that one alone costs nothing.
 */
const LATE_US = 500_000;

/** Who acts when the guardian falls silent: ends and starts it again, or resets the board. */
export interface Watcher {
  /** Pace of `alive`, ms; a fraction of the silence that counts as death. */
  readonly everyMs: number;
  /** Must never block. */
  alive(): void;
}

/** A repeating timer; gives the way to end it. Default: the process's own. */
export type Every = (ms: number, run: () => void) => () => void;

/**
 * Tells its watchers that the guardian's loop turns in time, and nothing else: no fault of a device, a bus or the
 * network comes into it. A loop that hangs, or is late at every beat, tells nobody.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #watchers: { readonly watcher: Watcher; nextUs: number }[] = [];
  readonly #stop: () => void;
  #dueUs: number;
  /** Beats that came too late to count. */
  late = 0;

  constructor(clock: Clock, every: Every = processTimer) {
    this.#clock = clock;
    this.#dueUs = clock.now() + BEAT_MS * 1000;
    this.#stop = every(BEAT_MS, () => this.#beat());
  }

  /** Hears from the next beat on. */
  add(watcher: Watcher): void {
    this.#watchers.push({ watcher, nextUs: this.#clock.now() });
  }

  close(): void {
    this.#stop();
  }

  #beat(): void {
    const nowUs = this.#clock.now();
    const lateUs = nowUs - this.#dueUs;
    this.#dueUs = nowUs + BEAT_MS * 1000;
    if (lateUs > LATE_US) {
      this.late++;
      return;
    }
    for (const entry of this.#watchers) {
      // Half a beat of tolerance: the timer is never exact, and a beat too early is better than one too late.
      if (nowUs < entry.nextUs - (BEAT_MS * 1000) / 2) continue;
      entry.nextUs = nowUs + entry.watcher.everyMs * 1000;
      entry.watcher.alive();
    }
  }
}

function processTimer(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}
