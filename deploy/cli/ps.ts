import type { BoardReport, ProcessReport } from "../../runtime/introspection/report.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import { columns } from "./columns.ts";
import { askBoard, type OperatorFlags } from "./operator-client.ts";
import { noteWords, shortPid, silenceWords, stateWords, whoIs } from "./process-words.ts";

export interface PsFlags extends OperatorFlags {
  readonly order?: string;
  readonly limit?: string;
}

/** `holdfast ps`: the processes of a board, cell by cell; `match`: part of a pid, a name, a function. */
export async function ps(match: string | undefined, flags: PsFlags): Promise<void> {
  const { order, limit } = flags;
  const board = await askBoard<BoardReport>(flags, "/processes", { match, order, limit });
  process.stdout.write(flags.json ? jsonLines(board) : `${processTable(board).join("\n")}\n`);
}

function jsonLines({ board, cells }: BoardReport): string {
  return cells
    .flatMap(({ report, ...view }): object[] =>
      report === null
        ? [{ board, ...view, answered: false }]
        : report.processes.map((each) => ({ board, cell: view.cell, ...each })),
    )
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
}

export function processTable({ board, cells }: BoardReport): readonly string[] {
  const rows = cells.flatMap((view) =>
    view.report === null
      ? [[view.cell, "", "", "", "", "", "", silenceWords(view)]]
      : view.report.processes.map((each) => row(each)),
  );
  const more = cells.flatMap(({ cell, report }) =>
    report === null || report.found <= report.processes.length
      ? []
      : [`${cell}: ${report.processes.length} of ${report.found} shown (--limit shows more)`],
  );
  const all = cells.reduce((sum, { report }) => sum + (report?.processCount ?? 0), 0);
  return [
    `board ${board}: ${cells.length} cells, ${all} processes`,
    "",
    ...columns([["pid", "name", "mailbox", "taken", "ran", "bonds", "notes", "state"], ...rows]),
    ...more,
  ];
}

function row(report: ProcessReport): readonly string[] {
  const { pid, mailbox, dropped, handled, runUs, links, monitors, monitoredBy, notes } = report;
  return [
    shortPid(pid),
    whoIs(report),
    dropped === 0 ? String(mailbox) : `${mailbox} (${dropped} lost)`,
    String(handled),
    formatDuration(runUs / 1000),
    String(links.count + monitors.count + monitoredBy.count),
    noteWords(notes),
    stateWords(report),
  ];
}
