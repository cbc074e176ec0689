/**
 * The clock of one measurement inside a process: rounds of a fixed number of operations, first until the code is
 * warm, then until the time is long enough to mean something.
 *
 * It is no generator, so that it adds no level to the receive that is measured.
 */
import type { Figure } from "../figure.ts";

const WARM_UP_MS = 400;
const MEASURED_MS = 600;

export class Rounds {
  readonly #operations: number;
  readonly #warmMs = performance.now() + WARM_UP_MS;
  #startMs = 0;
  #cpu: NodeJS.CpuUsage | undefined;
  #rounds = 0;
  #wallMs = 0;
  #cpuUs = 0;

  /** Operations in a round. */
  constructor(operations: number) {
    this.#operations = operations;
  }

  /** True when another round is wanted. */
  more(): boolean {
    const nowMs = performance.now();
    if (this.#cpu === undefined) {
      if (nowMs >= this.#warmMs) this.#begin();
      return true;
    }
    this.#rounds++;
    this.#wallMs = nowMs - this.#startMs;
    if (this.#wallMs < MEASURED_MS) return true;
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#cpuUs = user + system;
    return false;
  }

  /** The clock stands still while `work` runs. */
  without(work: () => void): void {
    const beforeMs = performance.now();
    const before = process.cpuUsage();
    work();
    this.#startMs += performance.now() - beforeMs;
    if (this.#cpu === undefined) return;
    const { user, system } = process.cpuUsage(before);
    this.#cpu = { user: this.#cpu.user + user, system: this.#cpu.system + system };
  }

  /** Microseconds an operation. */
  get figure(): Figure {
    const operations = this.#rounds * this.#operations;
    return { value: (this.#wallMs * 1000) / operations, cpu: this.#cpuUs / operations };
  }

  #begin(): void {
    this.#cpu = process.cpuUsage();
    this.#startMs = performance.now();
  }
}
