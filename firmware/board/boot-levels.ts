/**
 * The levels that a Raspberry Pi's firmware gives its lines before Linux starts: the `gpio` command of config.txt
 * (Raspberry Pi documentation, "config.txt", GPIO control). Until it has read them only resistors hold a line.
 */
import type { HardwarePlan } from "../contracts/output-plan.ts";
import type { SystemFiles } from "../contracts/system-files.ts";
import { encodeLevels, isOnTrial } from "./level-sector.ts";

/** The file that config.txt includes. */
export const BOOT_LEVELS = "holdfast-gpio.txt";

/** Where config.txt is: since Bookworm, and before. */
export const BOOT_FOLDERS = ["/boot/firmware", "/boot"];

/** What of a `gpio` command decides about a line; the last one of a kind counts. */
const KINDS = { function: /^(ip|op|a[0-5])$/, level: /^d[hl]$/, pull: /^p[und]$/ } as const;

/** Which outputs are let go at a level, and what the firmware makes of them: a resistor decides. */
const LETS_GO = { dh: "open-drain", dl: "open-source" } as const;
const LET_GO = "ip,pn";

type Levels = Map<number, string>;

/** What stands in the way of safe levels at boot, and what helps. */
export interface BootLevelProblem {
  readonly kind: "missing" | "notIncluded" | "differs" | "onTrial";
  readonly message: string;
  readonly remedy: string;
}

/**
 * The options for each line of the header, by its number: `op,dl`, `ip,pu`. Pins of expanders have none. The firmware drives both levels or
 * none, so a line whose safe level is the one that its `drive` lets go of is an input: whoever else drives it has nobody against him.
 */
export function bootLevels({ outputs, inputs }: Pick<HardwarePlan, "outputs" | "inputs">): Levels {
  const levels: Levels = new Map();
  for (const { line, safe, activeLow, drive } of outputs) {
    const number = gpioNumber(line);
    const level = (safe === "on") === activeLow ? "dl" : "dh";
    if (number !== undefined) levels.set(number, drive === LETS_GO[level] ? LET_GO : `op,${level}`);
  }
  for (const { line, bias } of inputs) {
    const number = gpioNumber(line);
    if (number !== undefined)
      levels.set(number, `ip,${{ "pull-up": "pu", "pull-down": "pd", none: "pn" }[bias]}`);
  }
  return new Map([...levels].sort(([a], [b]) => a - b));
}

/** The text of the file, 512 characters (`level-sector.ts`), while no release is on trial. */
export function bootLevelsText(plan: Pick<HardwarePlan, "outputs" | "inputs">): string {
  return encodeLevels(bootLevels(plan), "settled").toString("latin1");
}

/**
 * Compares what the firmware will do at the next boot with the plan; empty when each output of the plan starts at its
 * safe level, whoever wrote that down. Reads files only.
 */
export function bootLevelProblems(
  plan: Pick<HardwarePlan, "outputs" | "inputs">,
  files: SystemFiles,
): readonly BootLevelProblem[] {
  const wanted = bootLevels({ ...plan, inputs: [] });
  const folder = BOOT_FOLDERS.find((one) => files.read(`${one}/config.txt`) !== undefined);
  if (wanted.size === 0 || folder === undefined) return [];
  const found = levelsIn(folder, "config.txt", files);
  const wrong = [...wanted].filter(([number, options]) => !holds(options, found.get(number)));
  if (wrong.length === 0) return [];
  const write = `run "sudo holdfast boot-levels --write ${folder}" and restart`;
  const lines = wrong.map(([number]) => `GPIO${number}`).join(", ");
  if (files.read(`${folder}/${BOOT_LEVELS}`) === undefined) {
    const message = `from power-up until the guardian has them ${lines} float: there is no ${folder}/${BOOT_LEVELS}`;
    return [{ kind: "missing", message, remedy: write }];
  }
  if (!includesBootLevels(textAt(`${folder}/config.txt`, files))) {
    const message = `${folder}/config.txt does not include ${BOOT_LEVELS}: ${lines} float at boot`;
    return [
      {
        kind: "notIncluded",
        message,
        remedy: `add the line "include ${BOOT_LEVELS}" under [all] of config.txt`,
      },
    ];
  }
  const left = wrong.filter(([number]) => !found.has(number)).map(([number]) => `GPIO${number}`);
  if (left.length === wrong.length && isOnTrial(textAt(`${folder}/${BOOT_LEVELS}`, files))) {
    const message = `${left.join(", ")} float at boot while a release is on trial: it and the one before want other levels`;
    return [{ kind: "onTrial", message, remedy: "wait for the end of the trial, which writes them" }];
  }
  return wrong.map(([number, options]) => ({
    kind: "differs",
    message: `GPIO${number} starts with gpio=${found.get(number) ?? "nothing"}, its safe level is ${options}`,
    remedy: write,
  }));
}

/** Whether a config.txt includes the file, for every board. */
export function includesBootLevels(config: string): boolean {
  return configCommands(config).includes(`include ${BOOT_LEVELS}`);
}

/** Direction and level are what counts: a pull makes no difference to a line that is driven. */
function holds(wanted: string, found = ""): boolean {
  const words = found.split(",");
  return wanted.split(",").every((word) => words.includes(word));
}

function levelsIn(folder: string, file: string, files: SystemFiles, depth = 0): Levels {
  const levels: Levels = new Map();
  for (const line of configCommands(textAt(`${folder}/${file}`, files))) {
    const [, included] = /^include\s+(\S+)$/.exec(line) ?? [];
    if (included !== undefined && depth < 4)
      for (const [number, options] of levelsIn(folder, included, files, depth + 1))
        merge(levels, number, options);
    const [, pins, options] = /^gpio=([\d,-]+)=([a-z0-5,]+)$/.exec(line) ?? [];
    if (pins !== undefined && options !== undefined)
      for (const number of numbers(pins)) merge(levels, number, options);
  }
  return levels;
}

/** The lines of a config.txt that hold for every board: those under [all] or no filter. */
export function configCommands(text: string): string[] {
  let everywhere = true;
  const commands: string[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.replace(/#.*/, "").trim();
    const [, filter] = /^\[(.+)\]$/.exec(line) ?? [];
    if (filter !== undefined) everywhere = filter === "all";
    else if (everywhere && line !== "") commands.push(line);
  }
  return commands;
}

function textAt(path: string, files: SystemFiles): string {
  return Buffer.from(files.read(path) ?? []).toString("utf8");
}

/** A later command changes what it names and keeps the rest. */
function merge(levels: Levels, number: number, options: string): void {
  const words = [...(levels.get(number)?.split(",") ?? []), ...options.split(",")];
  const last = Object.values(KINDS).flatMap((kind) => words.findLast((word) => kind.test(word)) ?? []);
  levels.set(number, last.join(","));
}

/** `5,17-19` to its numbers. */
function numbers(pins: string): number[] {
  return pins.split(",").flatMap((part) => {
    const [from = Number.NaN, to = from] = part.split("-").map(Number);
    return to - from < 64 ? Array.from({ length: to - from + 1 }, (_, at) => from + at) : [];
  });
}

function gpioNumber(line: string): number | undefined {
  const [, digits] = /^GPIO(\d+)$/.exec(line) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
