/** One process as data. Costs a few us: done for those that are asked for, never for all. */
import type { Cell } from "../process/cell.ts";
import { BAND, type Process } from "../process/process.ts";
import { printValue } from "./print-value.ts";
import type { Others, ProcessReport } from "./report.ts";

/** Links and monitors that are named; all are counted. */
const MOST_OTHERS = 20;

export function reportProcess(cell: Cell, process: Process): ProcessReport {
  const { pid, mailbox, abroad, deadlineUs } = process;
  const waits = process.state === "waiting";
  return {
    pid: String(pid),
    function: process.functionName,
    label: process.label,
    names: [...(process.names ?? [])],
    groups: cell.groups.groupsOf(pid),
    state: stateOf(process),
    waitsFor: waits ? waitsFor(process) : null,
    limited: waits && process.timer !== 0,
    mailbox: mailbox.length,
    dropped: mailbox.dropped,
    handled: process.messagesHandled,
    runUs: Math.round(process.runUs),
    longestSliceUs: process.longestSliceUs,
    band: bandName(process.band),
    dueInUs: waits || deadlineUs === undefined ? null : Math.round(deadlineUs - cell.nowUs()),
    trapExit: process.trapExit,
    links: others([process.links, pidOf], [abroad?.links.values(), ({ pid: other }) => String(other)]),
    monitors: others([process.watching?.values(), String]),
    monitoredBy: others(
      [process.watchers?.values(), pidOf],
      [abroad?.watchers.values(), ({ watcher }) => String(watcher)],
    ),
    timers: cell.sentTimerCount(process),
    notes: cell.notes.of(pid),
  };
}

/** What a waiting process waits for: `time`, `anything`, a tag, tags, a pattern, a call's answer. */
export function waitsFor({ deaf, pattern }: Pick<Process, "deaf" | "pattern">): string {
  if (deaf) return "time";
  if (pattern === undefined) return "anything";
  if (typeof pattern === "string") return pattern;
  if (typeof pattern === "number") return `answer to call ${pattern}`;
  if (Array.isArray(pattern)) return pattern.slice(0, 8).join(" | ");
  return printValue(pattern);
}

function stateOf({ state }: Process): ProcessReport["state"] {
  // One that had its share waits for nothing but its next turn.
  if (state === "paused") return "runnable";
  return state === "dead" ? "waiting" : state;
}

function bandName(band: number): string {
  return Object.entries(BAND).find(([, number]) => number === band)?.[0] ?? String(band);
}

function pidOf({ pid }: Process): string {
  return String(pid);
}

type Source<T> = readonly [Iterable<T> | undefined, (item: T) => string];

function others<A, B>(first: Source<A>, second?: Source<B>): Others {
  const pids: string[] = [];
  let count = 0;
  const add = <T>([items, text]: Source<T>) => {
    for (const item of items ?? []) if (count++ < MOST_OTHERS) pids.push(text(item));
  };
  add(first);
  if (second !== undefined) add(second);
  return { count, pids };
}
