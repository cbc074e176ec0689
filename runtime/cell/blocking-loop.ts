/**
 * The loop of a blocking cell: take what arrived, run what is due, park until the bell or the next timer.
 *
 * The bell is read before the ports are drained: whatever rings after that read makes the wait return at
 * once. What a turn left in a port rang before that read, so the loop parks only when nothing was left. So
 * no wake-up is lost.
 */
import type { Cell } from "../process/cell.ts";
import type { Clock } from "../time/clock.ts";

export interface BlockingLoop {
  readonly cell: Cell;
  readonly clock: Clock;
  readonly bell: Int32Array;
  /** Takes what arrived, a turn's worth; true when there may be more. */
  drain(): boolean;
  over(): boolean;
  /** Told of each park, so that a cell that does not wake up is seen. */
  readonly watched?: { park(wakeUs: number, bellSeen: number): void; woke(): void };
  /** Runs what is due, a turn's worth; true when there is more. Default: the cell. */
  turn?(): boolean;
}

/** Resumes between two looks at the ports: bounds how long a busy cell ignores its kernel. */
export const RESUMES_PER_TURN = 64;

export function runBlocking({
  cell,
  clock,
  bell,
  drain,
  over,
  watched,
  turn = () => cell.run(RESUMES_PER_TURN),
}: BlockingLoop): void {
  const { resources } = cell;
  const post = cell.post.bind(cell);
  for (;;) {
    const rung = Atomics.load(bell, 0);
    const more = drain();
    resources.poll?.(post);
    const busy = turn();
    if (over()) return;
    if (busy || more) continue;
    const wakeUs = cell.nextWakeUs();
    const waitMs = (wakeUs - clock.now()) / 1000;
    if (waitMs <= 0) continue;
    watched?.park(wakeUs, rung);
    Atomics.wait(bell, 0, rung, waitMs);
    watched?.woke();
  }
}
