import { DRIVERS, type Driver } from "../../devices/catalogue.ts";
import { addressText } from "../config/place-fields.ts";
import { partsAt } from "../doctor/known-parts.ts";
import type { BusScan, RunningBoard } from "../doctor/machine.ts";
import { columns } from "./columns.ts";
import { runningBoard } from "./doctor.ts";
import { CliError, EXIT } from "./exit-code.ts";
import type { OperatorFlags } from "./operator-client.ts";

/** The header's bus, where none is named. */
const HEADER_BUS = "i2c-1";

/**
 * `holdfast scan`: who answers on an I2C bus. A board that runs here is asked how its chips are: the bus is its own, and
 * a question to every address is not in its schedule. Throws `CliError` when another process has the bus open.
 */
export async function scan(words: readonly string[], flags: OperatorFlags): Promise<void> {
  const buses = (words.length === 0 ? [HEADER_BUS] : words).map(busNamed);
  const running = await runningBoard(flags);
  if (running !== undefined) {
    if (words.length > 0 && !flags.json)
      process.stderr.write(
        `${buses.join(", ")}: not asked by itself; all chips of the board are told instead\n`,
      );
    return tellRunning(running, flags.json);
  }
  const { holdersOf, scanBus } = await import("../board/this-machine.ts");
  const scans: [string, BusScan][] = [];
  for (const bus of buses) {
    const [holder] = holdersOf(`/dev/${bus}`);
    if (holder !== undefined) {
      const who = `${holder.name} (process ${holder.pid})`;
      throw new CliError(
        EXIT.refused,
        `${who} has ${bus} open: end it first, it does not expect others on its bus`,
      );
    }
    scans.push([bus, await scanBus(bus)]);
  }
  process.stdout.write(flags.json ? scanJson(scans) : `${scanLines(scans).join("\n")}\n`);
  if (scans.some(([, { error }]) => error !== undefined)) process.exitCode = EXIT.failed;
}

/** `i2c-1` for `i2c-1`, `1` and `/dev/i2c-1`. Throws `CliError` for what is no bus. */
export function busNamed(word: string): string {
  const [, number] = /^(?:(?:\/dev\/)?i2c-)?(\d+)$/.exec(word) ?? [];
  if (number === undefined) throw new CliError(EXIT.usage, `"${word}" is no I2C bus: i2c-1, or 1`);
  return `i2c-${number}`;
}

/** A line for each address at which somebody is, and one for a bus where nobody is or that does not work. */
export function scanLines(scans: readonly (readonly [string, BusScan])[]): readonly string[] {
  const rows = scans.flatMap(([bus, scan]): string[][] => {
    if (scan.error !== undefined) return [[bus, "", scan.error]];
    const found = [
      ...scan.answered.map((address) => ({ address, who: mayBe(address) })),
      ...scan.held.map((address) => ({ address, who: "held by a kernel driver, not asked" })),
    ].sort((a, b) => a.address - b.address);
    if (found.length === 0) return [[bus, "", "nobody answers"]];
    return found.map(({ address, who }) => [bus, addressText(address), who]);
  });
  return columns([["bus", "address", "who"], ...rows]);
}

function mayBe(address: number): string {
  const parts = partsAt(address);
  return parts.length === 0 ? "answers" : `answers, may be ${parts.join(" or ")}`;
}

function scanJson(scans: readonly (readonly [string, BusScan])[]): string {
  const lines = scans.map(([bus, scan]) =>
    scan.error === undefined
      ? { bus, answered: scan.answered.map(addressText), held: scan.held.map(addressText) }
      : { bus, error: scan.error },
  );
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** Devices on buses as the board itself sees them. */
function tellRunning({ id: board, hardware, devices }: RunningBoard, json: boolean): void {
  const chips = devices.filter(
    ({ driver }) => (DRIVERS as Readonly<Record<string, Driver>>)[driver]?.hardware === "i2c",
  );
  if (json) {
    const lines = chips.map(({ id, driver, mode, cause }) =>
      JSON.stringify({ board, device: id, driver, mode, cause }),
    );
    process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    return;
  }
  const rows = chips.map(({ id, driver, mode, cause }) => [id, driver, mode, cause ?? ""]);
  const head = `board ${board} (${hardware}) runs here and has the buses; its chips, as it sees them:`;
  process.stdout.write(
    `${[head, "", ...columns([["device", "driver", "mode", "cause"], ...rows])].join("\n")}\n`,
  );
}
