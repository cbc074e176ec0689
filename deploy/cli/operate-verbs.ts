/** The words of the verbs that look after a board on its machine, or over ssh, for the command line. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseDurationMs } from "../../runtime/time/duration.ts";
import { defaultStateFolder } from "../board/options.ts";
import { DEFAULT_TRIAL, LONGEST_TRIAL_MS } from "../reload/reload-messages.ts";
import { DEFAULT_ROOT, SSH } from "../update/remote.ts";
import { INSTALL } from "../vendor/install-places.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { DEFAULT_CONFIG, type Flags, operatorFlags, textOf } from "./flags.ts";
import { lazy } from "./lazy.ts";
import { remoteBoard, runOnBoard } from "./remote-board.ts";
import { atPage, type VerbTable } from "./verb-table.ts";

const init = lazy(async () => (await import("./init.ts")).init);
const printKeptCrashes = lazy(async () => (await import("./kept-crashes.ts")).printKeptCrashes);
const printLogs = lazy(async () => (await import("./logs.ts")).printLogs);
const reboot = lazy(async () => (await import("./reboot.ts")).reboot);
const reload = lazy(async () => (await import("./reload.ts")).reload);
const shell = lazy(async () => (await import("./shell.ts")).shell);

const VIA = [
  "--via <command>",
  `Instead of ssh; target and command line follow it (default: ${SSH[0]})`,
] as const;
const ROOT = ["--root <folder>", `Folder of the slots there (default: ${DEFAULT_ROOT})`] as const;
/** Where the state of a service is, whoever asks. */
const SERVICE_STATE = "/var/lib/holdfast";
/** Lines of a log, where nobody says how many. */
const MOST_LINES = 200;

export function addOperateVerbs(cli: VerbTable): void {
  cli
    .command(
      "init [config]",
      "Write a configuration to begin with, of what this machine has; never over another",
    )
    .option("--id <name>", "The board's name (default: asked for, else the machine's)")
    .option("--hardware <what>", "emulated or linux (default: what this machine is)")
    .option("-y, --yes", "Ask nothing: what is not sure is left out")
    .example("  holdfast init --id greenhouse")
    .action((file: string | undefined, flags: Flags) => {
      const [id, hardware] = [textOf(flags.id), textOf(flags.hardware)];
      const deviceTree = process.env.HOLDFAST_DEVICE_TREE;
      return init({
        json: flags.json === true,
        yes: flags.yes === true,
        file: file ?? DEFAULT_CONFIG,
        ...(id !== undefined && { id }),
        ...(hardware !== undefined && { hardware }),
        ...(deviceTree && { deviceTree }),
      });
    });
  atPage(
    cli.command(
      "line [line] [level]",
      "Print the header's lines, the level of one, or switch one by hand for a time, through a guardian",
    ),
  )
    .option("--for <duration>", "How long: 10ms to 10m (default: 2s); Ctrl-C ends it, too")
    .option("--active-low", "On is low: of a line that the configuration does not name")
    .option(
      "--config <file>",
      `Whose outputs keep their policy (default: ${INSTALL.config}, else ${DEFAULT_CONFIG})`,
    )
    .example("  holdfast line GPIO17 on --for 2s")
    .action((name: string | undefined, level: string | undefined, flags: Flags) => line(name, level, flags));
  cli
    .command("logs [board]", "Print what a board has said: here, or over ssh (its name, or user@host)")
    .option("-f, --follow", "New lines as they come, until Ctrl-C")
    .option("--lines <count>", `The last so many (default: ${MOST_LINES}; of crashes all)`)
    .option("--since <time>", "Not older than this: 2h, 30m, or 2026-11-26T08:00")
    .option("--crashes", "Crash reports, as they outlived restarts and power cuts")
    .option("--board <id>", "With --crashes: of this board alone, where a machine has had several")
    .option(...VIA)
    .option(...ROOT)
    .example("  holdfast logs pi@greenhouse.local --since 2h")
    .action((board: string | undefined, flags: Flags) => logs(board, flags));
  cli
    .command("shell <board>", "Open a shell on a board's machine, over ssh (its name, or user@host)")
    .option(...VIA)
    .example("  holdfast shell greenhouse")
    .action((board: string, flags: Flags) => shell(remoteBoard(board, flags)));
  atPage(
    cli.command(
      "reload [board]",
      "A running board takes its configuration again, without a restart; here, or over ssh (its name, or user@host)",
    ),
  )
    .option("--trial <duration>", `What was good has to stay good for so long (default: ${DEFAULT_TRIAL})`)
    .option("--check", "Change nothing: say what would go live, and what needs a restart")
    .option(...VIA)
    .option(...ROOT)
    .example("  holdfast reload --check")
    .action((board: string | undefined, flags: Flags) => {
      if (board !== undefined)
        return runOnBoard(remoteBoard(board, flags), words("reload", flags, ["trial"], ["check"]));
      return reload({
        ...operatorFlags(flags),
        trialMs: trialMsOf(textOf(flags.trial) ?? DEFAULT_TRIAL),
        check: flags.check === true,
      });
    });
  atPage(
    cli.command(
      "reboot [board]",
      "Start a board's machine again, in order: asks when outputs are not safe; here, or over ssh",
    ),
  )
    .option("--now", "Do not ask; what drops is listed")
    .option("--config <file>", `The board's configuration, HOLDFAST_CONFIG (default: ${INSTALL.config})`)
    .option(...VIA)
    .option(...ROOT)
    .example("  holdfast reboot pi@greenhouse.local")
    .action((board: string | undefined, flags: Flags) => {
      if (board !== undefined)
        return runOnBoard(remoteBoard(board, flags), words("reboot", flags, [], ["now"]));
      const command = process.env.HOLDFAST_REBOOT;
      return reboot({
        ...operatorFlags(flags),
        now: flags.now === true,
        config: resolve((textOf(flags.config) ?? process.env.HOLDFAST_CONFIG) || standardConfig()),
        ...(command && { command }),
      });
    });
}

async function line(name: string | undefined, level: string | undefined, flags: Flags): Promise<void> {
  const { line } = await import("./line.ts");
  const [forText, deviceTree] = [textOf(flags.for), process.env.HOLDFAST_DEVICE_TREE];
  const named = (textOf(flags.config) ?? process.env.HOLDFAST_CONFIG) || undefined;
  const config = named ?? [INSTALL.config, DEFAULT_CONFIG].find((file) => existsSync(file));
  return line(name, level, {
    ...operatorFlags(flags),
    ...(forText !== undefined && { for: forText }),
    ...(flags.activeLow === true && { activeLow: true }),
    ...(config !== undefined && { config: resolve(config) }),
    ...(deviceTree && { deviceTree }),
    stateFolder: process.env.HOLDFAST_STATE ? resolve(process.env.HOLDFAST_STATE) : stateOf(config),
  });
}

/** Where the board of a configuration keeps what outlives it. */
function stateOf(config: string | undefined): string {
  return config === INSTALL.config ? SERVICE_STATE : defaultStateFolder(process.env);
}

function logs(target: string | undefined, flags: Flags): Promise<void> {
  const [board, lines] = [textOf(flags.board), linesOf(flags)];
  const since = sinceOf(flags, Date.now());
  const crashes = flags.crashes === true;
  if (crashes && flags.follow === true)
    throw new CliError(EXIT.usage, "--crashes prints what is kept, --follow what comes: give one of them");
  if (target !== undefined) {
    const there = words("logs", flags, ["board", "lines", "since"], ["crashes", "follow"]);
    return runOnBoard(remoteBoard(target, flags), there);
  }
  const chosen = { json: flags.json === true, ...(since !== undefined && { since }) };
  if (!crashes) return printLogs({ ...chosen, follow: flags.follow === true, lines: lines ?? MOST_LINES });
  return printKeptCrashes({
    ...chosen,
    folders: stateFolders(),
    ...(board !== undefined && { board }),
    ...(lines !== undefined && { lines }),
  });
}

/** The same words for the board's own command line: what is a time there is read there. */
function words(verb: string, flags: Flags, valued: readonly string[], plain: readonly string[]): string[] {
  return [
    verb,
    ...valued.flatMap((name) => {
      const text = textOf(flags[name]);
      return text === undefined ? [] : [`--${name}`, text];
    }),
    ...[...plain, "json"].flatMap((name) => (flags[name] === true ? [`--${name}`] : [])),
  ];
}

/** Of a service, else of a board that is started by hand in this folder. */
function standardConfig(): string {
  return existsSync(INSTALL.config) ? INSTALL.config : DEFAULT_CONFIG;
}

/** One that is named, else the user's and the service's. */
function stateFolders(): readonly string[] {
  const named = process.env.HOLDFAST_STATE;
  return named ? [resolve(named)] : [defaultStateFolder(process.env), SERVICE_STATE];
}

function trialMsOf(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms <= LONGEST_TRIAL_MS) return ms;
  throw new CliError(EXIT.usage, `--trial: "${text}" is no time up to 1h, such as 5s or 2m`);
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
