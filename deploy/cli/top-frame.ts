/** One picture of `holdfast top`: lines of text and how each is set off. Knows no terminal. */
import { formatDuration } from "../../runtime/time/duration.ts";
import type { Overview } from "../board/overview.ts";
import { busLine, busWarns } from "./bus-words.ts";
import { columns } from "./columns.ts";
import { linksLine } from "./link-line.ts";
import { bytes, silenceWords } from "./process-words.ts";
import { type CellRow, cellRows, type JobRow, jobRows, type Sort } from "./top-rows.ts";

export const VIEWS = ["both", "jobs", "cells"] as const;
export type View = (typeof VIEWS)[number];

export interface Line {
  readonly text: string;
  /** `warn`: not as it should be; `bad`: a cell that is silent. */
  readonly tone: "plain" | "title" | "head" | "warn" | "bad" | "foot";
}

export interface FrameState {
  readonly now: Overview;
  /** The overview before; without it no share of a core is known. */
  readonly before: Overview | undefined;
  readonly sort: Sort;
  readonly view: View;
  /** Rows of the first table that are passed over. */
  readonly skip: number;
  /** The board has not answered since this long, ms; undefined while it does. */
  readonly silentMs?: number;
}

/** Columns and lines there are; infinite where nothing is cut. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Narrower than this, a job's period makes room for its cause; so does the column of budgets where none is declared. */
const WIDE = 100;
const EVERY = 2;
const BUDGET = 7;
const LONGEST_NAME = 18;
const KEYS = "sort: name late worst run budget misses re(s)tarts < >  tab: view  q: quit";

export function topFrame(state: FrameState, size: Size): readonly Line[] {
  const { now, before, sort, view } = state;
  const live = Number.isFinite(size.rows);
  const jobs = jobTable(jobRows(now, sort), size.columns);
  const cells = cellTable(now.cells === null ? null : cellRows(now, before, sort), size.columns);
  const title = titleLines(state);
  const room = size.rows - title.length - (live ? 1 : 0);
  const tables = view === "jobs" ? [jobs] : view === "cells" ? [cells] : [jobs, cells];
  const body = fit(tables, { columns: size.columns, rows: room }, state.skip);
  const lines = [...title, ...body];
  if (live) {
    while (lines.length < size.rows - 1) lines.push(plain(""));
    lines.push({
      text: KEYS.replace(sort === "restarts" ? "re(s)tarts" : sort, (word) => `[${word}]`),
      tone: "foot",
    });
  }
  return lines.map(({ text, tone }) => ({ text: cut(text, size.columns), tone }));
}

function titleLines({ now, before, silentMs }: FrameState): readonly Line[] {
  const { board, version, hardware, incarnation, uptimeS, broker, devices, jobs } = now;
  const first = `${board}  ${hardware}, version ${version}, up ${formatDuration(Math.floor(uptimeS) * 1000)}, incarnation ${incarnation}, broker ${broker}`;
  const modes = ["full", "reduced", "safe", "off", "starting"].flatMap((mode) => {
    const count = devices.filter((each) => each.mode === mode).length;
    return count === 0 ? [] : [`${count} ${mode}`];
  });
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  const used = cellRows(now, before, "name").map((row) => row.used);
  const cores = used.some((each) => each !== undefined) ? percent(sum(used.map((each) => each ?? 0))) : "-";
  const second = `${modes.join(", ") || "no devices"}; restarts ${sum(devices.map(({ restarts }) => restarts))}, misses ${sum(jobs.map(({ misses }) => misses))}; all cells ${cores} of a core`;
  const silent: Line[] =
    silentMs === undefined
      ? []
      : [
          {
            text: `no answer since ${formatDuration(Math.round(silentMs / 1000) * 1000)}: this is how it was`,
            tone: "bad",
          },
        ];
  const buses = now.buses.map(
    (bus): Line => ({ text: busLine(bus), tone: busWarns(bus) ? "warn" : "plain" }),
  );
  const peers = now.links?.peers ?? [];
  const tone = peers.every(({ up }) => up) ? "plain" : "warn";
  const links: Line[] = peers.length === 0 ? [] : [{ text: linksLine(peers), tone }];
  return [{ text: first, tone: "title" }, plain(second), ...buses, ...links, ...silent, plain("")];
}

function jobTable(rows: readonly JobRow[], width: number): readonly Line[] {
  const budgets = rows.some(({ ofBudget }) => ofBudget !== undefined);
  const isShown = (at: number) => (at === EVERY ? width >= WIDE : at === BUDGET ? budgets : true);
  const head = [
    "job",
    "mode",
    "every",
    "late",
    "late99",
    "worst",
    "run99",
    "budget",
    "miss",
    "rest",
    "cause",
  ];
  const cells = rows.map((row) => [
    short(row.name),
    row.mode,
    time(row.everyUs),
    time(row.lateUs),
    time(row.late99Us),
    time(row.worstUs),
    time(row.run99Us),
    row.ofBudget === undefined ? "" : percent(row.ofBudget),
    String(row.misses),
    String(row.restarts),
    row.cause,
  ]);
  const shown = [head, ...cells].map((row) => row.filter((_, at) => isShown(at)));
  const isWrong = ({ mode, ofBudget = 0 }: JobRow) => (mode !== "full" && mode !== "") || ofBudget > 1;
  return lined(
    columns(shown, width),
    rows.map((row) => (isWrong(row) ? "warn" : "plain")),
  );
}

function cellTable(rows: readonly CellRow[] | null, width: number): readonly Line[] {
  if (rows === null) return [{ text: "cells: the board's inspector does not answer", tone: "bad" }];
  const head = ["cell", "used", "waited", "heap", "of", "buffers", "procs", "timers", "rest", "state"];
  const cells = rows.map(({ cell, used, waited }) => {
    const { cell: name, restarts, report, loop } = cell;
    if (report === null)
      return [short(name), "", "", "", "", "", "", "", String(restarts), silenceWords({ ...cell, report })];
    const { heap, processCount, timers } = report;
    const sizes = [heap.usedBytes, heap.limitBytes, heap.externalBytes].map(bytes);
    const shares = [used, waited].map((share) => (share === undefined ? "" : percent(share)));
    return [short(name), ...shares, ...sizes, ...[processCount, timers, restarts].map(String), loop];
  });
  return lined(
    columns([head, ...cells], width),
    rows.map(({ cell }) => (cell.report === null && !cell.booting ? "bad" : "plain")),
  );
}

/** Tables below each other, each with its head and, where room is short, as many rows as is fair. */
function fit(tables: readonly (readonly Line[])[], room: Size, skip: number): readonly Line[] {
  const gaps = tables.length - 1;
  const heads = tables.length;
  const lengths = tables.map((table) => table.length - 1);
  let left = Math.max(0, room.rows - gaps - heads);
  const shares = lengths.map(() => 0);
  // The shortest gets all that it needs first.
  const order = lengths.map((_, at) => at).sort((a, b) => lengths[a]! - lengths[b]!);
  for (const [done, at] of order.entries()) {
    shares[at] = Math.min(lengths[at]!, Math.floor(left / (order.length - done)));
    left -= shares[at]!;
  }
  return tables.flatMap(([head, ...rows], at) => {
    const count = shares[at]!;
    const from = at === 0 ? Math.min(skip, rows.length - count) : 0;
    const hidden = rows.length - count;
    const note = hidden === 0 ? "" : `${from + 1}-${from + count} of ${rows.length}`;
    const headed = head === undefined ? [] : [{ ...head, text: noted(head.text, note, room.columns) }];
    return [...(at === 0 ? [] : [plain("")]), ...headed, ...rows.slice(from, from + count)];
  });
}

/** A word at the right end of a line, over what stands there. */
function noted(text: string, note: string, width: number): string {
  return note === "" ? text : `${text.slice(0, Math.max(0, width - note.length - 2)).trimEnd()} ${note}`;
}

function lined([head = "", ...rows]: readonly string[], tones: readonly Line["tone"][]): readonly Line[] {
  return [{ text: head, tone: "head" }, ...rows.map((text, at) => ({ text, tone: tones[at] ?? "plain" }))];
}

function plain(text: string): Line {
  return { text, tone: "plain" };
}

/** In five characters: `404us`, `2.1ms`, `88ms`, `1.5s`, `2m5s`. */
function time(us: number | undefined): string {
  if (us === undefined) return "";
  return formatDuration(us >= 10_000 && us < 1e6 ? Math.round(us / 1000) : us / 1000);
}

/** 0.004 as `0.4%`, 0.17 as `17%`. */
function percent(share: number): string {
  const per100 = share * 100;
  return `${per100 < 9.95 ? per100.toFixed(1) : Math.round(per100)}%`;
}

function short(name: string): string {
  return cut(name, LONGEST_NAME);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
