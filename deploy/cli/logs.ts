/** `holdfast logs`: what a board has said, on its own machine: from the journal, or from the files of Holdfast OS. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { CliError, EXIT } from "./exit-code.ts";
import { entryJson, entryText, journalEntry, type LogEntry, syslogEntry } from "./log-entry.ts";
import { LogFollower, logFileLines, OS_LOGS } from "./log-files.ts";

export interface LogsFlags {
  readonly json: boolean;
  /** New lines as they come, until Ctrl-C. */
  readonly follow: boolean;
  /** The last so many lines of the log; fewer are shown where some are only for programs. */
  readonly lines: number;
  /** ISO 8601. */
  readonly since?: string;
}

/** Units that speak for a board. */
const UNITS = ["holdfast", "holdfast-boot", "holdfast-trial", "holdfast-receive"];
/** Written by the first file system of Holdfast OS. */
const OS_MARK = "/run/holdfast-slot";
const LOOK_EVERY_MS = 300;
/** The journal gives what it has at once, ms. */
const QUIET_MS = 1000;
const INSTALLED =
  "A board that holdfast service installed writes there (systemctl status holdfast); one that was started with holdfast run says everything in its terminal";

/** Throws `CliError` where this machine keeps no log of a board, or not for this user. */
export async function printLogs(flags: LogsFlags): Promise<void> {
  if (existsSync(OS_MARK)) return printFiles(flags);
  await printJournal(flags);
}

async function printFiles({ follow, since, lines, ...flags }: LogsFlags): Promise<void> {
  const follower = follow ? new LogFollower(OS_LOGS) : undefined;
  const entries = logFileLines(OS_LOGS).map((line) => syslogEntry(line, new Date()));
  for (const entry of entries.filter(({ at }) => isSince(at, since)).slice(-lines)) print(entry, flags);
  while (follower !== undefined) {
    for (const line of follower.more()) print(syslogEntry(line, new Date()), flags);
    await sleep(LOOK_EVERY_MS);
  }
}

/** What has no time is not left out: it may be what is looked for. */
function isSince(at: string | null, since: string | undefined): boolean {
  return since === undefined || at === null || Date.parse(at) >= Date.parse(since);
}

async function printJournal(flags: LogsFlags): Promise<void> {
  const journal = spawn("journalctl", journalWords(flags), { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let count = 0;
  let isQuiet = false;
  let told = "";
  // Who follows a journal without a line of a board would wait, and not know for what.
  const tellWhy = () => {
    const why = journalProblem(0, said);
    if (!flags.follow || count > 0 || why === told) return;
    told = why;
    process.stderr.write(`${why}. New lines are shown as they come, until Ctrl-C\n`);
  };
  journal.stderr.on("data", (data: Buffer) => {
    said = `${said}${data}`.slice(-2000);
    // A machine that is busy lets the journal say late that it is not for this user.
    if (isQuiet) tellWhy();
  });
  const ended = new Promise<number | null>((done, failed) => {
    journal.on("close", done);
    journal.on("error", (error) => failed(new CliError(EXIT.failed, noJournal(error.message))));
  });
  createInterface({ input: journal.stdout }).on("line", (line) => {
    const entry = journalEntry(line);
    if (entry === undefined) return;
    count++;
    print(entry, flags);
  });
  const quiet = setTimeout(() => {
    isQuiet = true;
    tellWhy();
  }, QUIET_MS);
  const code = await ended.finally(() => clearTimeout(quiet));
  if (code === 0 && count > 0) return;
  throw new CliError(EXIT.failed, journalProblem(code, said));
}

/** Arguments of journalctl(1). */
export function journalWords({ follow, lines, since }: Omit<LogsFlags, "json">): string[] {
  return [
    ...["--no-pager", "--output", "json", "--lines", String(lines)],
    ...UNITS.flatMap((unit) => ["--unit", `${unit}.service`]),
    // Seconds since 1970 (systemd.time(7)): no time zone to get wrong.
    ...(since === undefined ? [] : ["--since", `@${Math.floor(Date.parse(since) / 1000)}`]),
    ...(follow ? ["--follow"] : []),
  ];
}

/** Why the journal said nothing; `said`: on its standard error. */
export function journalProblem(code: number | null, said: string): string {
  if (/not seeing messages|insufficient permissions|Permission denied/i.test(said))
    return "the journal is not for this user to read: sudo usermod -a -G systemd-journal $USER, and log in again; or ask with sudo";
  if (code !== 0) return `journalctl ended with ${code}: ${said.trim()}`;
  return `the journal has no line of a board in that time. ${INSTALLED}`;
}

/** Neither Holdfast OS nor systemd. */
function noJournal(why: string): string {
  return (
    `this machine keeps no log of a board: it is not Holdfast OS, and journalctl cannot be started (${why}). A board that ` +
    "was started with holdfast run says everything in its terminal; holdfast logs user@host asks another machine"
  );
}

function print(entry: LogEntry, { json }: { readonly json: boolean }): void {
  const text = json ? entryJson(entry) : entryText(entry);
  if (text !== undefined) process.stdout.write(`${text}\n`);
}
