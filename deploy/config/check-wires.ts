/** Devices on SPI and 1-wire: their buses are there, and each has a place of its own. */
import * as v from "valibot";
import type { Settings } from "../../devices/catalogue.ts";
import { spiPins } from "../../firmware/spi-pins.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import { nearest } from "../nearest.ts";
import { timingOf } from "./check-timing.ts";
import type { BoardDraft, DeviceDraft } from "./draft.ts";
import { type Path, pathText, type Report } from "./problem.ts";
import { alternatives } from "./shape.ts";

/** Every device that is on a bus of its kind. */
export function checkWires(board: BoardDraft, report: Report): void {
  const places = new Map<string, string>();
  const claim = (place: string, at: Path, found: unknown, what: string) => {
    const owner = places.get(place);
    if (owner === undefined) places.set(place, pathText(at.slice(0, -1)));
    else report.problem(at, found, `${what} of its own; ${owner} has ${found}`);
  };
  for (const device of board.devices) {
    const { at, driver, fields } = device;
    if (driver.hardware === "spi") checkSpi(board, device, report, claim);
    if (driver.hardware !== "w1") continue;
    checkW1(board, device, report);
    if (fields.sensor !== undefined) claim(fields.sensor, [...at, "sensor"], fields.sensor, "a number");
  }
}

function checkSpi(
  { spi, broken }: BoardDraft,
  { at, fields }: DeviceDraft,
  report: Report,
  claim: (place: string, at: Path, found: unknown, what: string) => void,
): void {
  const { bus, chipSelect } = fields;
  if (bus === undefined) return;
  const known = spi.map(({ id }) => id);
  if (!known.includes(bus)) {
    if (broken.has("spi")) return;
    const allowed = known.length === 0 ? 'a bus that "spi" describes; there is none' : alternatives(known);
    report.problem([...at, "bus"], bus, allowed, nearest(bus, known));
    return;
  }
  if (chipSelect === undefined) return;
  const most = (spiPins(bus)?.selects.length ?? 1) - 1;
  if (chipSelect > most)
    report.problem([...at, "chipSelect"], chipSelect, `0 to ${most}: ${bus} has no more`);
  else claim(`${bus} ${chipSelect}`, [...at, "chipSelect"], chipSelect, `a chip select on ${bus}`);
}

/** A conversion may wait for one of the others, so a deadline has room for two. */
function checkW1({ w1, broken }: BoardDraft, device: DeviceDraft, report: Report): void {
  const { at, driver, fields } = device;
  if (w1 === undefined && !broken.has("w1")) {
    report.problem(["w1"], undefined, `{ "line": "GPIO4" }, because ${pathText(at)} is on 1-wire`);
  }
  const family = driver.family?.toString(16).padStart(2, "0");
  if (fields.sensor !== undefined && family !== undefined && !fields.sensor.startsWith(`${family}-`)) {
    report.problem(
      [...at, "sensor"],
      fields.sensor,
      `a number that begins with "${family}-", as those of this part do`,
    );
  }
  const timing = timingOf(device);
  const settings = v.safeParse(driver.settings, fields.settings ?? {});
  if (timing === undefined || !settings.success || driver.waitsMs === undefined) return;
  const { sample = [] } = driver.costFor?.(settings.output as Settings) ?? driver.cost;
  const leastMs = driver.waitsMs + Math.ceil(sample.reduce((sum, { waitUs }) => sum + waitUs, 0) / 1000);
  if (timing.deadlineMs >= leastMs) return;
  const place = [...at, fields.deadline === undefined ? "every" : "deadline"];
  const why = "a conversion may have to wait for one of another device";
  report.problem(place, fields.deadline ?? fields.every, `at least ${formatDuration(leastMs)}: ${why}`);
}
