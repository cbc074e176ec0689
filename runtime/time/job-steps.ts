/** Work that waits: its waits do not count as execution, and end with the job at its hard deadline where that is declared. */
import type { JobAtHand, Worker } from "./job.ts";

/**
 * Runs `steps` between `begin` and `end` of a job; their value is its value, their errors are its errors. They wait by
 * sleeping, and not beyond `abortAtUs`: when a sleep ends there, `JobAborted` is thrown and they are resumed no more.
 * Their `finally` blocks run and may not wait (throws TypeError).
 */
export function* workSteps<W, T>(
  run: JobAtHand,
  worker: Worker,
  steps: Generator<W, T, void>,
): Generator<W, T, void> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    run.pause(worker);
    yield step.value;
    if (run.resume(worker) < run.abortAtUs) continue;
    const { done } = steps.return(undefined as T);
    if (done !== true) throw new TypeError(`job ${run.name} waits in a finally block after it was aborted`);
    throw run.abort(worker);
  }
}
