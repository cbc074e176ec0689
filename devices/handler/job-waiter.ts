/**
 * The waits of a driver's task in a job: cut at the job's hard deadline where it is to be aborted there, and
 * remembered, because a conversion was complete when its wait was over, however late the process came back.
 */
import type { Self } from "../../runtime/process/self.ts";
import type { JobAtHand } from "../../runtime/time/job.ts";
import type { Waiter } from "./task.ts";

export class JobWaiter implements Waiter {
  readonly #self: Pick<Self, "nowUs" | "sleepUntil">;
  readonly #run: JobAtHand | undefined;
  #settledUs: number;

  /** `run`: of the job that the task works for; without it nothing is cut. */
  constructor(self: Pick<Self, "nowUs" | "sleepUntil">, run?: JobAtHand) {
    this.#self = self;
    this.#run = run;
    this.#settledUs = self.nowUs();
  }

  /** The oldest that a value read now can be, us: the end of the last wait, or where there was none the beginning. */
  get settledUs(): number {
    return this.#settledUs;
  }

  nowUs(): number {
    return this.#self.nowUs();
  }

  sleep(ms: number): ReturnType<Self["sleep"]> {
    this.#settledUs = this.#self.nowUs() + ms * 1000;
    return this.#self.sleepUntil(Math.min(this.#settledUs, this.#run?.abortAtUs ?? Number.POSITIVE_INFINITY));
  }
}
