/** By when what runs must wait again, as a watchdog is told (`Progress`): its hard deadline, or the longest slice of its cell. */
import type { Progress } from "./cell-contract.ts";
import { isBefore } from "./deadline.ts";
import type { Process } from "./process.ts";

export class HangLimit {
  /** Longest time one resume may take, us; from the next one on. */
  limitUs: number;
  readonly #progress: Progress | undefined;
  /** When what runs counts as hung at the latest, us. */
  #hangUs = Number.POSITIVE_INFINITY;

  constructor(limitUs: number, progress: Progress | undefined) {
    this.limitUs = limitUs;
    this.#progress = progress;
  }

  /** A process is resumed. */
  begin(process: Process, startUs: number): void {
    const hangUs = startUs + this.limitUs;
    this.#hangUs = hangUs;
    const { hardDeadlineUs } = process;
    const dueUs = isBefore(hardDeadlineUs, hangUs) ? hardDeadlineUs! : hangUs;
    this.#progress?.begin(process.pid.number, dueUs, startUs);
  }

  /** Its hard deadline is another one, in the middle of its resume: nobody else made it late. */
  changed({ pid, hardDeadlineUs }: Process): void {
    const dueUs = isBefore(hardDeadlineUs, this.#hangUs) ? hardDeadlineUs! : this.#hangUs;
    this.#progress?.begin(pid.number, dueUs, Number.NEGATIVE_INFINITY);
  }

  /** Nothing runs any more. */
  end(): void {
    this.#progress?.end();
  }
}
