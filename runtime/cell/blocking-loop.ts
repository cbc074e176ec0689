/**
 * The loop of a blocking cell: take what arrived, run what is due, park until the bell or the next timer.
 *
 * The bell is read before the ports are drained: whatever rings after that read makes the wait return at
 * once. What a turn left in a port rang before that read, so the loop parks only when nothing was left. So
 * no wake-up is lost.
 *
 * Ports are looked at only when it has rung since: a look at an empty port costs about 1 us, and a cell has one
 * for every other cell, which a release would have to wait for.
 */
import type { Cell } from "../process/cell.ts";
import type { Bell, Park } from "../time/park.ts";

export interface BlockingLoop {
  readonly cell: Cell;
  readonly bell: Pick<Bell, "read">;
  /** Waits on that bell and the cell's clock. */
  readonly park: Park;
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
  bell,
  park,
  drain,
  over,
  watched,
  turn = () => cell.run(RESUMES_PER_TURN),
}: BlockingLoop): void {
  const { resources } = cell;
  const post = cell.post.bind(cell);
  let drained: number | undefined;
  let more = false;
  for (;;) {
    const rung = bell.read();
    if (more || rung !== drained) more = drain();
    drained = rung;
    resources.poll?.(post);
    const busy = turn();
    if (over()) return;
    if (busy || more) continue;
    const wakeUs = cell.nextWakeUs();
    watched?.park(wakeUs, rung);
    park.until(wakeUs, rung);
    watched?.woke();
  }
}
