/**
 * The process that answers for the whole board: it asks every cell, waits for all no longer than 250 ms, and says
 * of those that are silent what their progress words say. Runs in the kernel's cell, registered as `inspector`;
 * the kernel needs it for nothing.
 *
 * It is called: `{ type: "call", from, ref, request }`, answered by `{ type: "reply", ref, value }`.
 */
import type { Kernel } from "../cell/kernel.ts";
import type { Body } from "../process/cell-contract.ts";
import type { Pid } from "../process/pid.ts";
import type { Self, Waiting } from "../process/self.ts";
import type { Wait } from "../process/wait.ts";
import type { ProcessQuery } from "./cell-report.ts";
import type { CrashLog } from "./crash-log.ts";
import type { Inquiry, InspectedMessage } from "./inquiry.ts";
import type { BoardReport, CrashEntry, TraceEntry } from "./report.ts";
import type { TraceFilter } from "./trace-filter.ts";
import { INSPECTOR } from "./tracer.ts";

export type InspectRequest =
  /** All cells, or one. */
  | { readonly what: "board"; readonly cell?: string; readonly query: ProcessQuery }
  | { readonly what: "crashes"; readonly cell?: string; readonly limit?: number }
  /** One trace at a time; it ends by itself after `forMs`, at most 5 minutes. */
  | {
      readonly what: "startTrace";
      readonly filter: TraceFilter;
      readonly forMs: number;
      /** Entries that each cell keeps until they are read. Default 1000. */
      readonly capacity?: number;
    }
  | { readonly what: "readTrace"; readonly trace: number }
  | { readonly what: "stopTrace"; readonly trace: number };

export type InspectReply =
  | { readonly is: "board"; readonly board: BoardReport }
  | {
      readonly is: "crashes";
      readonly board: string;
      readonly atUs: number;
      /** Since the kernel started; older ones are not kept. */
      readonly total: number;
      readonly crashes: readonly CrashEntry[];
    }
  | { readonly is: "trace"; readonly trace: number; readonly untilUs: number }
  | {
      readonly is: "entries";
      /** In order of time, of all cells. */
      readonly entries: readonly TraceEntry[];
      /** Overwritten before they were read, since the start of the trace. */
      readonly lost: number;
      readonly running: boolean;
    }
  | { readonly is: "refused"; readonly why: string };

export interface InspectCall {
  readonly type: "call";
  readonly from: Pid;
  readonly ref: number;
  readonly request: InspectRequest;
}

/** How long a cell may take to answer. One that is hung is ended by the watchdog about then. */
const ANSWER_MS = 250;
const LONGEST_TRACE_MS = 300_000;
const DEFAULT_CAPACITY = 1000;
/** Entries of each cell in one reply. */
const ENTRIES_AT_ONCE = 1000;

interface RunningTrace {
  readonly id: number;
  readonly start: Inquiry;
  readonly untilUs: number;
  /** The life of each cell in which it was started. */
  readonly cells: Map<string, number>;
  readonly lost: Map<string, number>;
}

/** `answerMs`: how long a cell may take to answer. Default 250. */
export function inspector(
  kernel: Kernel,
  crashes?: CrashLog,
  { answerMs = ANSWER_MS }: { readonly answerMs?: number } = {},
): Body<[], InspectCall | InspectedMessage> {
  return function* inspect(self) {
    self.register(INSPECTOR);
    const board = new Asking(self, kernel, answerMs);
    let trace: RunningTrace | undefined;
    let traces = 0;
    for (;;) {
      const message = yield* self.receive("call");
      const { from, ref, request } = message;
      const answer = (value: InspectReply) => self.send(from, { type: "reply", ref, value }, { alias: ref });
      switch (request.what) {
        case "board":
          answer({ is: "board", board: yield* board.report(request.query, request.cell) });
          break;
        case "crashes":
          answer({
            is: "crashes",
            board: kernel.cell.home.board,
            atUs: self.nowUs(),
            total: crashes?.total ?? 0,
            crashes: crashes?.entries(request) ?? [],
          });
          break;
        case "startTrace": {
          const leftMs = ((trace?.untilUs ?? 0) - self.nowUs()) / 1000;
          if (leftMs > 0) {
            answer({ is: "refused", why: `a trace runs for another ${Math.ceil(leftMs / 1000)} s` });
            break;
          }
          const { filter, forMs, capacity = DEFAULT_CAPACITY } = request;
          const untilUs = self.nowUs() + Math.min(forMs, LONGEST_TRACE_MS) * 1000;
          const start: Inquiry = { ask: "startTrace", order: { filter, capacity, untilUs } };
          trace = { id: ++traces, start, untilUs, cells: new Map(), lost: new Map() };
          const refused = yield* board.startTrace(trace);
          if (refused !== undefined) trace = undefined;
          answer(
            refused === undefined ? { is: "trace", trace: traces, untilUs } : { is: "refused", why: refused },
          );
          break;
        }
        case "readTrace":
        case "stopTrace": {
          if (trace?.id !== request.trace) {
            answer({ is: "refused", why: "that trace is over" });
            break;
          }
          const entries = yield* board.readTrace(trace);
          const running = request.what === "readTrace" && self.nowUs() < trace.untilUs;
          const lost = [...trace.lost.values()].reduce((sum, count) => sum + count, 0);
          if (!running) {
            board.stopTrace();
            trace = undefined;
          }
          answer({ is: "entries", entries, lost, running });
          break;
        }
      }
    }
  };
}

type Step<T> = Generator<Wait, T, void>;
type Answers = ReadonlyMap<string, InspectedMessage>;

/** Questions to all cells, and what came back. */
class Asking {
  readonly #self: Self<InspectCall | InspectedMessage>;
  readonly #kernel: Kernel;
  readonly #answerMs: number;
  #lastRef = 0;

  constructor(self: Self<InspectCall | InspectedMessage>, kernel: Kernel, answerMs: number) {
    this.#self = self;
    this.#kernel = kernel;
    this.#answerMs = answerMs;
  }

  *report(query: ProcessQuery, only: string | undefined): Step<BoardReport> {
    const wanted = (cell: string) => only === undefined || cell === only;
    const answers = yield* this.#ask((cell) => (wanted(cell) ? { ask: "processes", query } : undefined));
    // Asked for again: what is silent may have been started, or have begun to hang, in the meantime.
    const cells = this.#kernel.cells().filter(({ cell }) => wanted(cell));
    return {
      board: this.#kernel.cell.home.board,
      atUs: this.#self.nowUs(),
      cells: cells.map((status) => {
        const message = answers.get(status.cell);
        const answer = message?.incarnation === status.incarnation ? message.answer : undefined;
        return { ...status, report: answer?.is === "processes" ? answer.report : null };
      }),
    };
  }

  /** Says why, when a cell would not. */
  *startTrace(trace: RunningTrace): Step<string | undefined> {
    const answers = yield* this.#ask(() => trace.start);
    this.#started(trace, answers);
    for (const { answer } of answers.values()) if (answer.is === "refused") return answer.why;
    return undefined;
  }

  /** Also starts it in cells that were not there before. */
  *readTrace(trace: RunningTrace): Step<readonly TraceEntry[]> {
    const lives = new Map(this.#kernel.cells().map(({ cell, incarnation }) => [cell, incarnation]));
    const answers = yield* this.#ask((cell) =>
      trace.cells.get(cell) === lives.get(cell) ? { ask: "readTrace", limit: ENTRIES_AT_ONCE } : trace.start,
    );
    this.#started(trace, answers);
    const entries: TraceEntry[] = [];
    for (const { cell, incarnation, answer } of answers.values()) {
      if (answer.is !== "trace") continue;
      entries.push(...answer.entries);
      trace.lost.set(`${cell} ${incarnation}`, answer.state?.lost ?? 0);
    }
    return entries.sort((a, b) => a.atUs - b.atUs);
  }

  /** Nobody waits for it: those that do not hear stop by themselves. */
  stopTrace(): void {
    for (const { cell } of this.#kernel.cells())
      this.#kernel.ask(cell, { ask: "stopTrace" }, this.#self.pid, 0);
  }

  #started({ cells }: RunningTrace, answers: Answers): void {
    for (const { cell, incarnation, answer } of answers.values()) {
      if (answer.is === "trace") cells.set(cell, incarnation);
    }
  }

  *#ask(inquiryOf: (cell: string) => Inquiry | undefined): Step<Answers> {
    const ref = ++this.#lastRef;
    const answers = new Map<string, InspectedMessage>();
    let open = 0;
    for (const { cell } of this.#kernel.cells()) {
      const inquiry = inquiryOf(cell);
      if (inquiry === undefined) continue;
      this.#kernel.ask(cell, inquiry, this.#self.pid, ref);
      open++;
    }
    for (const untilUs = this.#self.nowUs() + this.#answerMs * 1000; open > 0; open--) {
      const next = this.#self.receive("inspected", { untilUs }) as Waiting<InspectedMessage | undefined>;
      let message = yield* next;
      // Late answers to what was asked before.
      while (message !== undefined && message.ref !== ref) {
        message = yield* this.#self.receive("inspected", { untilUs }) as Waiting<
          InspectedMessage | undefined
        >;
      }
      if (message === undefined) break;
      answers.set(message.cell, message);
    }
    return answers;
  }
}
