/** The side of introspection that lives in the cell: answers inquiries, between two resumes of its processes. */
import type { Cell } from "../process/cell.ts";
import type { ThreadTime } from "../time/thread-time.ts";
import { reportCell } from "./cell-report.ts";
import type { CellAnswer, Inquiry, InspectedMessage } from "./inquiry.ts";
import { Tracer } from "./tracer.ts";

export class Inspection {
  readonly #cell: Cell;
  readonly #threadTime: () => ThreadTime | null;
  #tracer: Tracer | undefined;

  /** `threadTime`: of a cell that has a thread of its own. */
  constructor(cell: Cell, threadTime: () => ThreadTime | null = () => null) {
    this.#cell = cell;
    this.#threadTime = threadTime;
  }

  /** Throws nothing: an inquiry that makes no sense is refused. */
  answer(inquiry: Inquiry): CellAnswer {
    try {
      return this.#answer(inquiry);
    } catch (error) {
      return { is: "refused", why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** The answer as the message for who asked. */
  message(inquiry: Inquiry, ref: number): InspectedMessage {
    const { cell, incarnation } = this.#cell.home;
    return { type: "inspected", ref, cell, incarnation, answer: this.answer(inquiry) };
  }

  #answer(inquiry: Inquiry): CellAnswer {
    switch (inquiry.ask) {
      case "processes":
        return {
          is: "processes",
          report: reportCell(this.#cell, inquiry.query, {
            trace: this.#tracer?.state ?? null,
            thread: this.#threadTime(),
          }),
        };
      case "startTrace":
        this.#tracer?.stop();
        this.#tracer = new Tracer(this.#cell, inquiry.order);
        return { is: "trace", entries: [], state: this.#tracer.state };
      case "readTrace":
        return {
          is: "trace",
          entries: this.#tracer?.take(inquiry.limit) ?? [],
          state: this.#tracer?.state ?? null,
        };
      case "stopTrace": {
        const state = this.#tracer?.state ?? null;
        this.#tracer?.stop();
        this.#tracer = undefined;
        return { is: "trace", entries: [], state };
      }
    }
  }
}
