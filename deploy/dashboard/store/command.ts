/** What the page publishes on `<device>/set`, from what somebody asked for and who owns the output. */
import type { DeviceState, Mode, Value } from "./wire.ts";

/** The payload of a command, before it is written as JSON. */
export type CommandPayload = Readonly<Record<string, Value>>;

/** How long a command may hold; an empty `text` leaves it to the device's `commandFor`. */
export const durations = [
  { text: "", label: "as configured" },
  { text: "10s", label: "10 seconds" },
  { text: "1m", label: "1 minute" },
  { text: "10m", label: "10 minutes" },
  { text: "30m", label: "30 minutes" },
  { text: "2h", label: "2 hours" },
] as const;

/** An override always says how long; more than 30 minutes is beyond the default `maxOverride`. */
export const overrideDurations = durations.filter(({ text }) => text !== "" && text !== "2h");
export const defaultOverride = "10m";

/**
 * The command that sets `field`. Off, which is false or 0, is sent bare: it is accepted whoever owns the output. Any other value
 * takes an owned output from its controller, and holds for `forText`.
 */
export function setCommand(
  state: Pick<DeviceState, "kind" | "ownedBy" | "override">,
  field: string,
  value: boolean | number,
  forText: string,
): CommandPayload {
  if (value === false || value === 0 || state.kind === "controller") return { [field]: value };
  if (state.ownedBy !== null || state.override !== null)
    return { [field]: value, override: true, for: forText === "" ? defaultOverride : forText };
  return forText === "" ? { [field]: value } : { [field]: value, for: forText };
}

/** Gives an overridden output back to its controller before the time is over. */
export const giveBack: CommandPayload = { override: false };

/** Acknowledges that `maxOn` has latched an output off: it may be switched on again. It switches nothing. */
export const clearFault: CommandPayload = { clear: true };

/** For how long a device may be kept down; an order to a ladder lasts 30 minutes unless it says otherwise. */
export const orderDurations = durations.filter(({ text }) => text !== "" && text !== "10s");
export const defaultOrder = "30m";

/** Keeps a device at or below a mode for a while. */
export function holdMode(mode: Mode, forText: string): CommandPayload {
  return { mode, for: forText };
}

/** Asks for one early step up the ladder. */
export const letUp: CommandPayload = { mode: "full" };

/** Ends what `holdMode` began. */
export const letGo: CommandPayload = { mode: "auto" };

/** The fields of a command that the device will show again: without its options. */
export function commandValues(payload: CommandPayload): CommandPayload {
  const { override: _override, for: _for, id: _id, mode: _mode, ...values } = payload;
  return values;
}

/** A step that makes between 40 and 200 positions of the range, and is a round number. */
export function stepOf(min: number, max: number): number {
  const raw = (max - min) / 100;
  if (!(raw > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const round = [1, 2, 5, 10].find((factor) => factor * power >= raw * 0.75) ?? 10;
  return Number((round * power).toPrecision(6));
}
