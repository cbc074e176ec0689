/** Counts how often a cell's first process was resumed, on the way to the watchdog. */
import type { Progress } from "../process/cell-contract.ts";

const ROOT = 1;

export class ResumeCount implements Progress {
  ofRoot = 0;
  readonly #progress: Progress | undefined;

  constructor(progress?: Progress) {
    this.#progress = progress;
  }

  begin(processNumber: number, hardDeadlineUs: number, startUs: number): void {
    if (processNumber === ROOT) this.ofRoot++;
    this.#progress?.begin(processNumber, hardDeadlineUs, startUs);
  }

  end(): void {
    this.#progress?.end();
  }
}
