/** The words of the verbs that look after a board on its machine, or over ssh, for the command line. */
import { resolve } from "node:path";
import { parseDurationMs } from "../../runtime/time/duration.ts";
import { defaultStateFolder } from "../board/options.ts";
import { DEFAULT_ROOT, SSH } from "../update/remote.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { type Flags, textOf } from "./flags.ts";
import { printKeptCrashes, SERVICE_STATE } from "./kept-crashes.ts";
import { remoteBoard, runOnBoard } from "./remote-board.ts";
import type { VerbTable } from "./update-verbs.ts";

export function addOperateVerbs(cli: VerbTable): void {
  cli
    .command("logs [board]", "Print what crashed on a board: here, or over ssh (a name, or user@host)")
    .option("--crashes", "Crash reports, as they outlived restarts and power cuts")
    .option("--lines <count>", "The last so many")
    .option("--since <time>", "Not older than this: 2h, 30m, or 2026-11-26T08:00")
    .option("--via <command>", `Instead of ssh; target and command line follow it (default: ${SSH[0]})`)
    .option("--root <folder>", `Folder of the slots there (default: ${DEFAULT_ROOT})`)
    .example("  holdfast logs pi@greenhouse.local --crashes --since 2h")
    .action((board: string | undefined, flags: Flags) => logs(board, flags));
}

function logs(target: string | undefined, flags: Flags): Promise<void> | void {
  const [board, lines] = [textOf(flags.board), linesOf(flags)];
  const since = sinceOf(flags, Date.now());
  if (target !== undefined) return runOnBoard(remoteBoard(target, flags), logWords(flags));
  return printKeptCrashes({
    json: flags.json === true,
    folders: stateFolders(),
    ...(board !== undefined && { board }),
    ...(lines !== undefined && { lines }),
    ...(since !== undefined && { since }),
  });
}

/** The same words for the board's own command line: what is a time there is read there. */
function logWords(flags: Flags): string[] {
  const valued = (["board", "lines", "since"] as const).flatMap((name) => {
    const text = textOf(flags[name]);
    return text === undefined ? [] : [`--${name}`, text];
  });
  return ["logs", "--crashes", ...valued, ...(flags.json === true ? ["--json"] : [])];
}

/** One that is named, else the user's and the service's. */
function stateFolders(): readonly string[] {
  const named = process.env.HOLDFAST_STATE;
  return named ? [resolve(named)] : [defaultStateFolder(process.env), SERVICE_STATE];
}

function linesOf(flags: Flags): number | undefined {
  const text = textOf(flags.lines);
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new CliError(EXIT.usage, `--lines: "${text}" is no whole number above 0`);
}

/** ISO 8601, from a time or how long ago. */
function sinceOf(flags: Flags, nowMs: number): string | undefined {
  const text = textOf(flags.since);
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text);
  const time = ms === undefined ? Date.parse(text) : nowMs - ms;
  if (Number.isNaN(time))
    throw new CliError(EXIT.usage, `--since: "${text}" is no time; allowed are 30m, 2h, or 2026-11-26T08:00`);
  return new Date(time).toISOString();
}
