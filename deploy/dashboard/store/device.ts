/** One device as the page holds it: its last state, readings, refusals, and what was sent to it. */
import type { Connection } from "./connection.ts";
import { own } from "./own.ts";
import { nextReading, type Reading, type Receipt } from "./reading.ts";
import type { DeviceState, Mode, ReadingMessage, RefusalMessage, Value } from "./wire.ts";

export interface Device {
  readonly id: string;
  readonly state: DeviceState | undefined;
  readonly stateReceipt: Receipt | undefined;
  readonly readings: Readonly<Record<string, Reading>>;
  /** Newest last, at most {@link keptRefusals}. */
  readonly refusals: readonly Refusal[];
  /** The last command from this page that the device has not shown yet. */
  readonly pending: Pending | undefined;
}

export interface Refusal extends RefusalMessage {
  readonly receivedMs: number;
}

export interface Pending {
  readonly values: Readonly<Record<string, Value>>;
  readonly sentMs: number;
}

/** A card shows no more than these; older ones are in the list of events. */
const keptRefusals = 3;

export function emptyDevice(id: string): Device {
  return {
    id,
    state: undefined,
    stateReceipt: undefined,
    readings: {},
    refusals: [],
    pending: undefined,
  };
}

export function withState(device: Device, state: DeviceState, receipt: Receipt): Device {
  return settle({ ...device, state, stateReceipt: receipt });
}

export function withReading(
  device: Device,
  name: string,
  message: ReadingMessage,
  receipt: Receipt,
  offsetMs: number,
): Device {
  const reading = nextReading(own(device.readings, name), message, receipt, offsetMs);
  return settle({ ...device, readings: { ...device.readings, [name]: reading } });
}

/** A refusal answers the command that was under way. */
export function withRefusal(device: Device, message: RefusalMessage, receivedMs: number): Device {
  const refusals = [...device.refusals, { ...message, receivedMs }].slice(-keptRefusals);
  return { ...device, refusals, pending: undefined };
}

export function withoutRefusal(device: Device, refusal: Refusal): Device {
  return { ...device, refusals: device.refusals.filter((entry) => entry !== refusal) };
}

/** Reading names in the order the device declares them, then whatever else it publishes, by name. */
export function readingNames(device: Device): readonly string[] {
  const declared = Object.keys(device.state?.readings ?? {});
  const others = Object.keys(device.readings).filter((name) => !declared.includes(name));
  return [...declared, ...others.sort()];
}

/** What is left of the command's time, ms, 0 when it is over; `atMost` when the state was kept by the broker. */
export function remaining(
  leftMs: number | null | undefined,
  receipt: Receipt | undefined,
  nowMs: number,
): { readonly ms: number; readonly atMost: boolean } | undefined {
  if (leftMs === null || leftMs === undefined || receipt === undefined) return undefined;
  const passedMs = Math.max(0, nowMs - receipt.receivedMs);
  return { ms: Math.max(0, leftMs - passedMs), atMost: receipt.retained };
}

/** True when nobody can say that the state still holds; what it says is then told as what was. */
export function stateIsOld(
  device: Pick<Device, "stateReceipt">,
  connection: Connection,
  boardOfflineSinceMs: number | null | undefined,
): boolean {
  if (connection.phase !== "online" || boardOfflineSinceMs !== undefined) return true;
  return device.stateReceipt !== undefined && device.stateReceipt.session !== connection.session;
}

/** Rungs of the ladder from the bottom: off 0, safe 1, reduced 2, full 3; starting stands on none. */
export function rung(mode: Mode): number {
  return ["off", "safe", "reduced", "full"].indexOf(mode);
}

/** What the device reads back for a command field: `on` as `on`, `setpointC` as `setpoint`. */
export function readBack(device: Device, field: string): Reading | undefined {
  return own(device.readings, field) ?? own(device.readings, field.replace(/(C|Lx|Percent|Pa|Ms|V)$/, ""));
}

/** What was commanded, where the state says it; else what is read back. */
export function shownValue(device: Device, field: string): Value | undefined {
  return device.state?.commanded?.[field] ?? readBack(device, field)?.value;
}

/** True when the command asks for one thing and the output reads another. */
export function disagrees(device: Device, field: string): boolean {
  const commanded = device.state?.commanded?.[field];
  const read = readBack(device, field);
  if (commanded === undefined || commanded === null || read === undefined) return false;
  return read.value !== null && !same(commanded, read.value);
}

function settle(device: Device): Device {
  const { pending } = device;
  if (pending === undefined) return device;
  const shown = Object.entries(pending.values).every(([field, value]) => {
    if (field === "clear") return device.state?.latched === false;
    const now = shownValue(device, field);
    return now !== undefined && now !== null && same(now, value);
  });
  return shown ? { ...device, pending: undefined } : device;
}

/** Levels are read back through a register of limited width. */
function same(a: Value, b: Value): boolean {
  return typeof a === "number" && typeof b === "number" ? Math.abs(a - b) < 0.005 : a === b;
}
