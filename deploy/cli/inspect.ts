import type {
  BoardReport,
  CellView,
  CrashEntry,
  Others,
  ProcessReport,
} from "../../runtime/introspection/report.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import { columns } from "./columns.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { askBoard, type OperatorFlags } from "./operator-client.ts";
import {
  bytes,
  crashLine,
  crashLines,
  noteWords,
  shortPid,
  silenceWords,
  stateWords,
  whoIs,
} from "./process-words.ts";

export interface CrashesReport {
  readonly board: string;
  readonly atUs: number;
  readonly total: number;
  readonly crashes: readonly CrashEntry[];
}

/** Crashes that are shown below the table of all cells, and of one cell. */
const FEW_CRASHES = 5;

/** `holdfast inspect`: the cells of a board and its last crashes; of one cell everything. */
export async function inspect(cell: string | undefined, flags: OperatorFlags): Promise<void> {
  const board = await askBoard<BoardReport>(flags, "/processes", {
    cell,
    limit: cell === undefined ? "1" : "500",
  });
  const crashes = await askBoard<CrashesReport>(flags, "/crashes", { cell });
  const [only] = board.cells;
  if (only === undefined)
    throw new CliError(EXIT.usage, `${board.board} has no cell "${cell}"; holdfast inspect lists all`);
  if (flags.json) process.stdout.write(jsonLines(board, crashes, cell));
  else
    process.stdout.write(
      `${(cell === undefined ? cellTable(board, crashes) : cellPage(only, crashes)).join("\n")}\n`,
    );
}

function jsonLines(
  { board, cells }: BoardReport,
  { crashes }: CrashesReport,
  cell: string | undefined,
): string {
  // Without a cell nobody asked for processes.
  const views = cells.map(({ report, ...view }) => {
    const { processes, found, scanned, ...figures } = report ?? {};
    return { board, ...view, report: report === null ? null : cell === undefined ? figures : report };
  });
  return [...views, ...crashes.map((crash) => ({ board, crash }))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

export function cellTable(board: BoardReport, told: CrashesReport): readonly string[] {
  const head = [
    "cell",
    "restarts",
    "processes",
    "timers",
    "heap",
    "buffers",
    "dead",
    "forged",
    "overflow",
    "credit",
    "late",
    "state",
  ];
  const last = told.crashes.slice(-FEW_CRASHES);
  return [
    `board ${board.board}: ${board.cells.length} cells`,
    "",
    ...columns([head, ...board.cells.map(cellRow)]),
    "",
    told.total === 0
      ? "no crash since the runtime started"
      : `crashes since the runtime started: ${told.total}`,
    ...last.toReversed().map((crash) => `  ${crashLine(crash, told.atUs)}`),
    ...(last.length === 0 ? [] : ["  (holdfast inspect <cell> tells all about them)"]),
  ];
}

function cellRow(view: CellView): readonly string[] {
  const { cell, restarts, report, loop } = view;
  if (report === null) return [cell, String(restarts), ...new Array<string>(9).fill(""), silenceWords(view)];
  const { processCount, timers, heap, counts, runnable, trace } = report;
  const { dead, forged, overflow, credit, late } = counts;
  const words = [
    loop,
    ...(runnable > 0 ? [`${runnable} could run`] : []),
    ...(trace === null ? [] : ["traced"]),
  ];
  return [
    cell,
    ...[restarts, processCount, timers].map(String),
    bytes(heap.usedBytes),
    bytes(heap.externalBytes),
    ...[dead, forged, overflow, credit, late].map(String),
    words.join(", "),
  ];
}

export function cellPage(view: CellView, told: CrashesReport): readonly string[] {
  const { cell, incarnation, loop, report } = view;
  const crashes = told.crashes.slice(-FEW_CRASHES).toReversed();
  return [
    `cell ${cell}: life ${incarnation}, ${loop}`,
    ...(report === null
      ? [silenceWords(view)]
      : [
          `${report.processCount} processes, ${report.runnable} could run, ${report.timers} timers`,
          `heap ${bytes(report.heap.usedBytes)} of ${bytes(report.heap.limitBytes)}, buffers ${bytes(report.heap.externalBytes)}`,
          `dropped: ${Object.entries(report.counts)
            .map(([what, count]) => `${what} ${count}`)
            .join(", ")}`,
          ...report.processes.flatMap((each) => ["", ...processLines(each)]),
        ]),
    ...crashes.flatMap((crash) => ["", `crash ${crash.n}: ${crashLines(crash, told.atUs).join("\n")}`]),
  ];
}

function processLines(report: ProcessReport): readonly string[] {
  const {
    pid,
    handled,
    mailbox,
    dropped,
    runUs,
    longestSliceUs,
    band,
    dueInUs,
    links,
    monitors,
    monitoredBy,
    timers,
  } = report;
  const due =
    dueInUs === null
      ? ""
      : `, work due ${dueInUs < 0 ? `${formatDuration(-dueInUs / 1000)} ago` : `in ${formatDuration(dueInUs / 1000)}`}`;
  const line = (what: string, text: string) => (text === "" ? [] : [`  ${what.padEnd(12)} ${text}`]);
  return [
    `${shortPid(pid)} ${whoIs(report)}: ${stateWords(report)}`,
    ...line(
      "function",
      report.function === report.label ? report.function : `${report.function}, spawned as ${report.label}`,
    ),
    ...line(
      "ran",
      `${formatDuration(runUs / 1000)} for ${handled} messages, at most ${formatDuration(longestSliceUs / 1000)} at a stretch, band ${band}${due}`,
    ),
    ...line("mailbox", `${mailbox}${dropped === 0 ? "" : `, ${dropped} lost`}`),
    ...line("links", others(links)),
    ...line("monitors", others(monitors)),
    ...line("monitored by", others(monitoredBy)),
    ...line("groups", report.groups.join(", ")),
    ...line("timers", timers === 0 ? "" : String(timers)),
    ...line("traps exits", report.trapExit ? "yes" : ""),
    ...line("notes", noteWords(report.notes)),
  ];
}

function others({ count, pids }: Others): string {
  return [...pids.map(shortPid), ...(count > pids.length ? [`and ${count - pids.length} more`] : [])].join(
    ", ",
  );
}
