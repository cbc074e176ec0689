/** `holdfast logs --crashes`: the crash reports that a machine has kept, through restarts and power cuts. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CrashFile } from "../crashes/crash-file.ts";
import { type CrashLine, type EndedRecord, isReport, type KeptCrash } from "../crashes/crash-record.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { inSources } from "./source-places.ts";

export interface KeptCrashesFlags {
  readonly json: boolean;
  /** Default: all boards that have left any. */
  readonly board?: string;
  /** The last so many of each board; default: all. */
  readonly lines?: number;
  /** ISO 8601; what was written without a clock is left out then. */
  readonly since?: string;
  /** State folders to look in. */
  readonly folders: readonly string[];
}

/** Throws `CliError` for a board that has left no state here. */
export function printKeptCrashes(flags: KeptCrashesFlags): void {
  const boards = boardsIn(flags.folders).filter(
    ({ board }) => flags.board === undefined || board === flags.board,
  );
  if (boards.length === 0 && flags.board !== undefined)
    throw new CliError(
      EXIT.usage,
      `no board "${flags.board}" has left anything in ${flags.folders.join(" or ")}; HOLDFAST_STATE names another folder`,
    );
  const found = boards.map(({ folder, board }) => ({
    board,
    ...chosen(new CrashFile(folder, board).read(), flags),
  }));
  const text = flags.json ? found.flatMap(jsonLines) : textOf(found, flags.folders);
  process.stdout.write(text.map((line) => `${line}\n`).join(""));
}

interface Found {
  readonly board: string;
  /** Before any were chosen. */
  readonly all: number;
  readonly reports: readonly (KeptCrash | EndedRecord)[];
}

function chosen(lines: readonly CrashLine[], { since, lines: most }: KeptCrashesFlags): Omit<Found, "board"> {
  const all = lines.filter(isReport);
  const newer =
    since === undefined ? all : all.filter(({ at }) => at !== null && Date.parse(at) >= Date.parse(since));
  return { all: all.length, reports: most === undefined ? newer : newer.slice(-most) };
}

function jsonLines({ board, reports }: Found): readonly string[] {
  return reports.map((report) => JSON.stringify({ board, ...report }));
}

function textOf(found: readonly Found[], folders: readonly string[]): readonly string[] {
  if (found.length === 0) return [`no board has left anything in ${folders.join(" or ")}`];
  return found.flatMap(({ board, all, reports }, at) => [
    ...(at === 0 ? [] : [""]),
    all === 0
      ? `board ${board}: no crash is kept`
      : `board ${board}: ${reports.length} of ${all} reports that are kept`,
    ...reports.flatMap(keptCrashLines),
  ]);
}

/** A report in words, the newest of its life last. */
export function keptCrashLines(report: KeptCrash | EndedRecord): readonly string[] {
  const { at, kind } = report;
  const when = at === null ? "(no clock)         " : at.slice(0, 19).replace("T", " ");
  if (report.kind === "ended") return [`${when}  ${(report as EndedRecord).cause}`];
  const { device = "the board", cause, stack, handled, leftOut, pid } = report as KeptCrash;
  const who = typeof pid === "string" ? `${device} ${pid}` : device;
  const frames = typeof stack === "string" ? inSources(stack).split("\n") : [];
  // The first line of an error's stack is the error again.
  const shown = cause !== undefined && frames[0]?.startsWith(cause) ? frames.slice(1) : frames;
  return [
    `${when}  ${who}  ${kind}${cause === undefined ? "" : `: ${cause}`}`,
    ...(leftOut === undefined ? [] : [`    ${leftOut} crashes before it were not kept`]),
    ...shown.map((frame) => `    ${frame.trim()}`),
    ...(Array.isArray(handled) && handled.length > 0
      ? ["    the last it took:", ...handled.map((message) => `      ${message}`)]
      : []),
  ];
}

/** Boards by the folders that they keep their state in. */
function boardsIn(folders: readonly string[]): readonly { folder: string; board: string }[] {
  return folders.flatMap((folder) =>
    entriesOf(folder)
      .filter(
        (board) =>
          existsSync(join(folder, board, "boots.json")) || existsSync(new CrashFile(folder, board).path),
      )
      .map((board) => ({ folder, board })),
  );
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    if (code === "EACCES")
      throw new CliError(EXIT.failed, `${folder} is not for this user to read: ask again with sudo`);
    throw error;
  }
}
