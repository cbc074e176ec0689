/**
 * A cell as data, on demand. Looks at no more than 5000 processes (as many as a cell with deadlines may have;
 * about 0.3 ms) and tells all about no more than the limit of the question.
 */
import { getHeapStatistics } from "node:v8";
import type { Cell } from "../process/cell.ts";
import type { Process } from "../process/process.ts";
import type { ThreadTime } from "../time/thread-time.ts";
import { reportProcess } from "./process-report.ts";
import type { CellReport, HeapReport, TraceState } from "./report.ts";

/** Which processes come first: the oldest, or those with most of something. */
export type ProcessOrder = "pid" | "mailbox" | "time" | "messages";

export interface ProcessQuery {
  /** Part of a pid's text, label, function or name. */
  readonly match?: string;
  readonly order?: ProcessOrder;
  /** Processes of each cell that are told of. Default 50, at most 500. */
  readonly limit?: number;
}

const MOST_SCANNED = 5000;
const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 500;

export function reportCell(
  cell: Cell,
  query: ProcessQuery,
  { trace, thread }: { readonly trace: TraceState | null; readonly thread: ThreadTime | null },
): CellReport {
  const found: Process[] = [];
  let scanned = 0;
  for (const process of cell.processes()) {
    if (scanned === MOST_SCANNED) break;
    scanned++;
    if (fits(process, query.match)) found.push(process);
  }
  const measure = MEASURES[query.order ?? "pid"];
  // Sorting keeps the order of spawning among equals.
  if (measure !== undefined) found.sort((a, b) => measure(b) - measure(a));
  const limit = Math.min(query.limit ?? DEFAULT_LIMIT, HIGHEST_LIMIT);
  return {
    cell: cell.home.cell,
    incarnation: cell.home.incarnation,
    atUs: cell.nowUs(),
    processCount: cell.processCount,
    scanned,
    found: found.length,
    processes: found.slice(0, limit).map((process) => reportProcess(cell, process)),
    runnable: cell.runnableCount,
    timers: cell.timerCount,
    counts: { ...cell.counts },
    heap: heapReport(),
    thread,
    trace,
  };
}

const MEASURES: Readonly<Record<ProcessOrder, ((process: Process) => number) | undefined>> = {
  pid: undefined,
  mailbox: ({ mailbox }) => mailbox.length,
  time: ({ runUs }) => runUs,
  messages: ({ messagesHandled }) => messagesHandled,
};

function fits(process: Process, match: string | undefined): boolean {
  if (match === undefined || match === "") return true;
  if (process.label.includes(match) || process.functionName.includes(match)) return true;
  if (String(process.pid).includes(match)) return true;
  return [...(process.names ?? [])].some((name) => name.includes(match));
}

function heapReport(): HeapReport {
  const { used_heap_size, heap_size_limit, external_memory } = getHeapStatistics();
  return { usedBytes: used_heap_size, limitBytes: heap_size_limit, externalBytes: external_memory };
}
