/** `holdfast init`: a configuration to begin with, of what this machine has. */
import { existsSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { formatProblems } from "../config/format-problems.ts";
import { parseConfig } from "../config/load-config.ts";
import { addressText } from "../config/place-fields.ts";
import { boardIdOf, driversAt, type FoundChip, starterText } from "../config/starter.ts";
import { Dialog } from "./dialog.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface InitFlags {
  readonly json: boolean;
  readonly file: string;
  /** Default: asked for, else the machine's name. */
  readonly id?: string;
  /** Default: what this machine is. */
  readonly hardware?: string;
  /** Asks nothing: what is not sure is left out. */
  readonly yes: boolean;
  /** Folder of a device tree instead of the machine's own. */
  readonly deviceTree?: string;
}

const BUS = "i2c-1";

/** Throws `CliError` for a file that is there: it is never written over. */
export async function init(flags: InitFlags): Promise<void> {
  const { json, file, yes } = flags;
  const there = `${file} is there already, and init never writes over a configuration: name another file, or mend that one`;
  if (existsSync(file)) throw new CliError(EXIT.usage, there);
  const say = (text: string) => void (json || process.stderr.write(`${text}\n`));
  const dialog = yes ? undefined : new Dialog();
  try {
    const hardware = await hardwareOf(flags, say);
    const otherwise = boardIdOf(hostname());
    const id = flags.id ?? ((await dialog?.ask(`name of the board [${otherwise}]: `)) || otherwise);
    const chips = hardware === "linux" ? await chipsOf(await answering(say), dialog, say) : [];
    const text = starterText({ id, hardware, chips });
    const { config, problems = [], warnings } = parseConfig(text);
    if (config === undefined) throw new CliError(EXIT.usage, formatProblems(problems, warnings, file));
    write(file, text, there);
    const devices = Object.keys(config.devices);
    process.stdout.write(
      json
        ? `${JSON.stringify({ written: file, board: id, hardware, devices })}\n`
        : `${file}: board ${id}, ${hardware}, ${devices.length === 0 ? "no device yet" : devices.join(", ")}. Next: holdfast check ${file}, holdfast run ${file}\n`,
    );
  } finally {
    dialog?.close();
  }
}

/** Throws `CliError` for a word that is none. */
async function hardwareOf(
  { hardware, deviceTree }: InitFlags,
  say: (text: string) => void,
): Promise<"emulated" | "linux"> {
  if (hardware === "emulated" || hardware === "linux") return hardware;
  if (hardware !== undefined)
    throw new CliError(EXIT.usage, `--hardware: "${hardware}" is none; allowed are emulated and linux`);
  const { piModel } = await import("../board/this-machine.ts");
  const model = piModel(deviceTree);
  say(
    model === undefined
      ? "this machine is no Raspberry Pi that Holdfast knows: the board will be emulated"
      : `this machine is a ${model}`,
  );
  return model === undefined ? "emulated" : "linux";
}

/** Who answers on the header's bus, unless somebody else uses it. */
async function answering(say: (text: string) => void): Promise<readonly number[]> {
  const { holdersOf, scanBus } = await import("../board/this-machine.ts");
  const path = `/dev/${BUS}`;
  const [holder] = existsSync(path) ? holdersOf(path) : [];
  if (holder !== undefined) {
    say(`${holder.name} (process ${holder.pid}) has ${BUS} open: its chips are not looked for`);
    return [];
  }
  const scan = existsSync(path)
    ? await scanBus(BUS)
    : { error: `no ${path}: dtparam=i2c_arm=on in config.txt makes it` };
  if (scan.error === undefined) return scan.answered;
  say(`${BUS} is not looked at: ${scan.error}`);
  return [];
}

/** What may be two things is asked; without an answer it is left out. */
export async function chipsOf(
  answered: readonly number[],
  dialog: Pick<Dialog, "ask"> | undefined,
  say: (text: string) => void,
): Promise<readonly FoundChip[]> {
  const chips: FoundChip[] = [];
  for (const address of answered) {
    const drivers = driversAt(address);
    const where = `${addressText(address)} on ${BUS}`;
    if (drivers.length === 0) {
      say(`${where} answers, but no driver is for it`);
      continue;
    }
    const [only, ...others] = drivers;
    const asked =
      others.length === 0 ? only : await dialog?.ask(`${where}: ${drivers.join(" or ")}? [none] `);
    const driver = drivers.find((name) => name === asked);
    say(driver === undefined ? `${where} is left out` : `${where} is taken for a ${driver}`);
    if (driver !== undefined) chips.push({ driver, address });
  }
  return chips;
}

function write(file: string, text: string, there: string): void {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new CliError(EXIT.usage, there);
    throw new CliError(EXIT.failed, `${file} cannot be written: ${message}`);
  }
}
