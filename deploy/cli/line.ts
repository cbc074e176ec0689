/** `holdfast line`: the lines of this machine's header, the level of one, or one that is switched by hand for a time. */
import { HardwareError } from "../../firmware/contracts/hardware-error.ts";
import { parseDurationMs } from "../../runtime/time/duration.ts";
import { thisHeader } from "../board/this-header.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { formatProblems } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { HandRefusal } from "../hand/hand-choice.ts";
import { runningBoard } from "./doctor.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { switchLine } from "./line-hand.ts";
import { listLines, readLine } from "./line-look.ts";
import type { OperatorFlags } from "./operator-client.ts";

/** Nobody is asked for a time who only wants to hear a relay click. */
const DEFAULT_FOR = "2s";
const SHORTEST_MS = 10;
const LONGEST_MS = 600_000;

export interface LineFlags extends OperatorFlags {
  readonly for?: string;
  readonly activeLow?: boolean;
  /** Whose policy holds; absent: there is none. */
  readonly config?: string;
  readonly deviceTree?: string;
  readonly stateFolder: string;
}

/** `level`: `on` or `off`. Throws `CliError`: 2 for wrong words, 3 for a line that is not to be had, 1 where it did not do as it should. */
export async function line(
  word: string | undefined,
  level: string | undefined,
  flags: LineFlags,
): Promise<void> {
  const forMs = forMsOf(flags.for, level);
  try {
    const config = realConfig(flags.config);
    const machine = { ...thisHeader(flags.deviceTree), ...(config && { config }) };
    if (word === undefined) return await listLines(machine, flags);
    if (level === undefined) return await readLine(word, machine, flags);
    const wish = { line: word, on: level === "on", forMs };
    await switchLine(
      { ...wish, ...(flags.activeLow !== undefined && { activeLow: flags.activeLow }) },
      machine,
      flags,
    );
  } catch (error) {
    if (error instanceof HandRefusal) throw new CliError(EXIT.refused, error.message);
    if (error instanceof HardwareError) throw new CliError(EXIT.failed, await explained(error, flags));
    throw error;
  }
}

function forMsOf(text: string | undefined, level: string | undefined): number {
  if (level !== undefined && level !== "on" && level !== "off")
    throw new CliError(
      EXIT.usage,
      `"${level}" is no level: on or off, as in holdfast line GPIO17 on --for 2s`,
    );
  if (text !== undefined && level === undefined)
    throw new CliError(
      EXIT.usage,
      "--for says how long a line is on or off: holdfast line GPIO17 on --for 2s",
    );
  const ms = parseDurationMs(text ?? DEFAULT_FOR);
  if (ms !== undefined && ms >= SHORTEST_MS && ms <= LONGEST_MS) return ms;
  throw new CliError(EXIT.usage, `--for: "${text}" is no time from 10ms to 10m`);
}

/** One of emulated pins says nothing about these. Throws `CliError` for one with problems: what it says of a line is not known. */
function realConfig(file: string | undefined): BoardConfig | undefined {
  if (file === undefined) return undefined;
  const { config, problems = [], warnings } = loadConfig(file);
  if (config === undefined)
    throw new CliError(
      EXIT.usage,
      `${formatProblems(problems, warnings, file)}\nwhat it says of the lines is not known: mend it, or name another file with --config`,
    );
  return config.hardware === "linux" ? config : undefined;
}

/** Whoever tries it beside an emulated board has lines of another kind. */
async function explained({ message }: HardwareError, flags: OperatorFlags): Promise<string> {
  const running = await runningBoard(flags);
  if (running?.hardware !== "emulated") return message;
  return `${message}\nthe board ${running.id} that runs here has emulated lines: holdfast set switches its outputs`;
}
