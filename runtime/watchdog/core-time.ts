/**
 * How long a thread of this process ran and how long it waited for a core, as Linux tells. One open file for each
 * thread that was asked for; a reading takes 3 us.
 */
import { closeSync, openSync, readSync } from "node:fs";

export interface CoreTime {
  readonly ranUs: number;
  readonly waitedUs: number;
}

const buffer = Buffer.alloc(128);

export class CoreTimes {
  readonly #files = new Map<number, number>();

  /** `undefined` where the system does not tell: no such thread any more, or no /proc. */
  of(thread: number): CoreTime | undefined {
    let file = this.#files.get(thread);
    try {
      file ??= openSync(`/proc/self/task/${thread}/schedstat`, "r");
      this.#files.set(thread, file);
      return parseSchedstat(buffer.toString("latin1", 0, readSync(file, buffer, 0, buffer.length, 0)));
    } catch {
      return undefined; // an expected absence: whoever asks does without
    }
  }

  forget(thread: number): void {
    const file = this.#files.get(thread);
    if (file === undefined) return;
    this.#files.delete(thread);
    closeSync(file);
  }
}

/** Time on a core, time waiting for one (both ns), number of slices: Linux, Documentation/scheduler/sched-stats.rst. */
export function parseSchedstat(text: string): CoreTime | undefined {
  const [ran, waited] = text.split(" ").map(Number);
  if (!Number.isFinite(ran) || !Number.isFinite(waited)) return undefined;
  return { ranUs: ran! / 1000, waitedUs: waited! / 1000 };
}
