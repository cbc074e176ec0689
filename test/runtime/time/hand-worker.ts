/** A process whose time a test moves, and what a job told it about its deadlines. */
import type { Worker } from "../../../runtime/time/job.ts";

export interface HandWorker extends Worker {
  us: number;
  readonly deadlines: (readonly [number, number])[];
}

export function handWorker(startUs = 0): HandWorker {
  const deadlines: (readonly [number, number])[] = [];
  return {
    us: startUs,
    deadlines,
    nowUs() {
      return this.us;
    },
    work(deadlineUs, hardDeadlineUs) {
      deadlines.push([deadlineUs, hardDeadlineUs]);
    },
  };
}
