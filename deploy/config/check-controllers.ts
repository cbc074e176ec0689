/** What controllers read and drive: readings that exist, in the right unit; outputs with one owner. */
import { durationMs } from "../../devices/field.ts";
import { nearest } from "../nearest.ts";
import { placeOf } from "./abroad.ts";
import type { BoardDraft, ControllerDraft, DeviceDraft } from "./draft.ts";
import type { Report } from "./problem.ts";
import { settingsOf } from "./settings.ts";
import { alternatives } from "./shape.ts";

/** Every controller of the board. */
export function checkControllers(board: BoardDraft, report: Report): void {
  if (board.broken.has("devices")) return;
  const owners = new Map<string, string>();
  for (const controller of board.controllers) {
    checkInput(controller, board, report);
    checkOutput(controller, board, owners, report);
  }
}

function checkInput({ at, fields, controller }: ControllerDraft, board: BoardDraft, report: Report): void {
  const { input, maxAge } = fields;
  if (input === undefined || placeOf(input).board !== undefined) return;
  const [deviceId = "", readingId = ""] = input.split(".");
  const device = board.devices.find(({ id }) => id === deviceId);
  if (device === undefined && board.deviceIds.has(deviceId)) return;
  if (device === undefined || !fits(device, readingId, controller.inputUnit)) {
    const candidates = board.devices.flatMap((candidate) =>
      Object.keys(candidate.driver.readings)
        .filter((reading) => fits(candidate, reading, controller.inputUnit))
        .map((reading) => `${candidate.id}.${reading}`),
    );
    const allowed = listed(`a reading in ${controller.inputUnit}`, candidates);
    report.problem([...at, "input"], input, allowed, nearest(input, candidates));
    return;
  }
  const { every } = device.fields;
  if (maxAge === undefined || every === undefined || durationMs(maxAge) >= durationMs(every)) return;
  report.problem([...at, "maxAge"], maxAge, `at least the period of ${device.id} (${every})`);
}

function checkOutput(
  draft: ControllerDraft,
  board: BoardDraft,
  owners: Map<string, string>,
  report: Report,
): void {
  const { at, id, fields, controller } = draft;
  const { output } = fields;
  // Of another board nothing is known here; the way there is checked with the links.
  if (output === undefined || placeOf(output).board !== undefined) return;
  const drivable = board.devices.filter(({ driver }) => controller.outputField in driver.command);
  const device = drivable.find((candidate) => candidate.id === output);
  if (device === undefined) {
    const broken = board.deviceIds.has(output) && !board.devices.some((other) => other.id === output);
    const names = drivable.map((candidate) => candidate.id);
    const allowed = listed(`an actuator that takes "${controller.outputField}"`, names);
    if (!broken) report.problem([...at, "output"], output, allowed, nearest(output, names));
    return;
  }
  const owner = owners.get(output);
  if (owner === undefined) owners.set(output, id);
  else
    report.problem(
      [...at, "output"],
      output,
      `an output of its own; ${output} belongs to controllers.${owner}`,
    );
  checkLongestOn(draft, device, report);
}

/** A controller that wants its output on for longer than it may be would run into `maxOn` every time. */
function checkLongestOn(
  { at, fields, controller }: ControllerDraft,
  device: DeviceDraft,
  report: Report,
): void {
  const { longestOn } = controller;
  const { maxOn } = device.fields;
  if (longestOn === undefined || fields.settings === undefined || maxOn === undefined) return;
  if (longestOn.ms(settingsOf(controller.settings, fields.settings)) <= durationMs(maxOn)) return;
  const allowed = `at most "maxOn" of ${device.id} (${maxOn})`;
  report.problem([...at, "settings", longestOn.setting], fields.settings[longestOn.setting], allowed);
}

/** What is allowed, and which names that are, as far as any are right. */
function listed(what: string, names: readonly string[]): string {
  return names.length === 0 ? what : `${what}: ${alternatives(names)}`;
}

function fits({ driver }: DeviceDraft, reading: string, unit: string): boolean {
  if (!Object.hasOwn(driver.readings, reading)) return false;
  const found = driver.readings[reading];
  return found?.type === "number" && found.unit === unit;
}
