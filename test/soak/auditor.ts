/** Hears what cells have to say about themselves and about promises that were broken. Runs in the kernel's cell. */

import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Quantiles } from "../../runtime/time/histogram.ts";

export const AUDITOR = "auditor";

/** What a cell's first process can be told to do wrong. */
export type Fault = "crash" | "hang" | "leak" | "unlink";

/** A cell about itself; counts since it was last asked. */
export interface CellSample {
  readonly cell: string;
  readonly id: number;
  /** After a collection, bytes. */
  readonly heapUsed: number;
  readonly external: number;
  readonly counts: { streamed: number; bonds: number; churned: number; restarts: number };
  /** Of its timers, us. */
  readonly late: Quantiles;
}

export type AuditorMessage =
  | { readonly type: "sample"; readonly sample: CellSample }
  | { readonly type: "violation"; readonly text: string }
  | { readonly type: "sunk"; readonly n: number };

export class Auditor {
  readonly violations: string[] = [];
  readonly #samples = new Map<string, CellSample>();
  /** How many messages the sink had received when it was asked; whoever asks sets it back first. */
  sunk: number | undefined;

  /** What the cells said in answer to question `id`. */
  answers(id: number): readonly CellSample[] {
    return [...this.#samples.values()].filter((sample) => sample.id === id);
  }

  /** What the cells said last, whenever. */
  get latest(): readonly CellSample[] {
    return [...this.#samples.values()];
  }

  body() {
    const hear = (message: AuditorMessage) => this.#hear(message);
    return function* audit(self: Self<AuditorMessage>): ProcessGenerator {
      self.trapExit();
      self.register(AUDITOR);
      for (;;) {
        const message = yield* self.receive();
        if (message.type !== "down" && message.type !== "exit") hear(message);
      }
    };
  }

  #hear(message: AuditorMessage): void {
    if (message.type === "sample") this.#samples.set(message.sample.cell, message.sample);
    else if (message.type === "sunk") this.sunk ??= message.n;
    // One defect may be seen a million times.
    else if (this.violations.length < 100) this.violations.push(message.text);
  }
}
