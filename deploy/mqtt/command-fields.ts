import type { Command, CommandField, CommandSpec } from "../../devices/command-spec.ts";
import { MODES, type ModeOrder } from "../../devices/handler/mode.ts";
import { isSafing, LONGEST_ORDER_MS } from "../../devices/handler/mode-order.ts";
import { parseDurationMs } from "../../runtime/time/duration.ts";
import { nearestNames } from "../nearest.ts";
import { jsonTypeOf } from "./command-json.ts";

/** Longest times a command may ask for, ms. */
export interface CommandLimits {
  readonly maxForMs: number;
  /** For commands that take an output from its controller. */
  readonly maxOverrideMs: number;
}

const options = ["id", "for", "override"];
const orders: readonly string[] = [...MODES, "auto"];

/** Whether a command is for the ladder of its device, not for its driver: any device takes those. */
export function isOrder(fields: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(fields, "mode");
}

/** Checks an order: `{"mode":"reduced","for":"10m"}`, `{"mode":"auto"}`; the command, or a sentence for people. */
export function checkOrder(fields: Readonly<Record<string, unknown>>): Command | string {
  const { mode, id, for: forText, ...others } = fields;
  if (typeof mode !== "string" || !orders.includes(mode))
    return `"mode" is one of ${list(orders)}, not ${jsonTypeOf(mode)}`;
  const [other] = Object.keys(others);
  if (other !== undefined)
    return `"mode" is for the device as a whole: send "${other.slice(0, 40)}" in a command of its own`;
  const problem = checkId(id);
  if (problem !== undefined) return problem;
  const order = mode as ModeOrder;
  const forMs = checkFor(forText, isSafing(order) ? Number.POSITIVE_INFINITY : LONGEST_ORDER_MS);
  if (typeof forMs === "string") return forMs;
  if (forMs !== undefined && (order === "auto" || order === "full"))
    return `"mode":"${order}" holds nothing, so "for" means nothing to it`;
  return {
    values: {},
    mode: order,
    ...(id === undefined ? {} : { id: id as string }),
    ...(forMs === undefined ? {} : { forMs }),
  };
}

/** Checks the fields of a command against what its device accepts: the command, or a sentence for people. */
export function checkCommandFields(
  device: string,
  fields: Readonly<Record<string, unknown>>,
  spec: CommandSpec,
  limits: CommandLimits,
): Command | string {
  const names = Object.keys(spec);
  const values: [string, boolean | number][] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (options.includes(name)) continue;
    if (!Object.hasOwn(spec, name)) return unknownField(device, name, names);
    const problem = checkValue(name, value, spec[name]!);
    if (problem !== undefined) return problem;
    values.push([name, value as boolean | number]);
  }

  const { id, override } = fields;
  const idProblem = checkId(id);
  if (idProblem !== undefined) return idProblem;
  if (override !== undefined && typeof override !== "boolean")
    return `"override" is true or false, not ${jsonTypeOf(override)}`;
  // Off is always accepted: the device cuts short what is longer than its longest override.
  const isOff = values.length > 0 && values.every(([, value]) => value === false || value === 0);
  const forMs = checkFor(fields.for, override === true && !isOff ? limits.maxOverrideMs : limits.maxForMs);
  if (typeof forMs === "string") return forMs;

  if (override === false && (values.length > 0 || forMs !== undefined))
    return '"override":false gives the output back to its controller: send it without other fields';
  if (override === true && forMs === undefined && !isOff)
    return '"override":true takes the output from its controller: say for how long, for example "for":"10m"';
  if (values.length === 0 && override !== false)
    return names.length === 0
      ? `"${device}" takes no commands`
      : `the command says nothing to do; "${device}" accepts ${list(names)}`;
  return {
    values: Object.fromEntries(values),
    ...(id === undefined ? {} : { id: id as string }),
    ...(forMs === undefined ? {} : { forMs }),
    ...(override === undefined ? {} : { override }),
  };
}

/** A sentence when an id is none. */
export function checkId(id: unknown): string | undefined {
  if (id === undefined || (typeof id === "string" && id !== "" && id.length <= 64)) return undefined;
  return `"id" is a text of 1 to 64 characters, not ${jsonTypeOf(id)}`;
}

/** `"a", "b" and "c"`. */
export function list(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop() ?? "nothing";
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
}

function unknownField(device: string, name: string, names: readonly string[]): string {
  const shown = name.slice(0, 40);
  const [nearest] = nearestNames(name, [...names, ...options], 1);
  const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
  if (names.length === 0) return `"${device}" takes no commands, so "${shown}" means nothing to it`;
  return `"${device}" has no field "${shown}": it accepts ${list(names)}, and the options ${list(options)}${hint}`;
}

function checkValue(name: string, value: unknown, field: CommandField): string | undefined {
  if (field.type === "boolean")
    return typeof value === "boolean" ? undefined : `"${name}" is true or false, not ${jsonTypeOf(value)}`;
  const unit = field.unit === undefined ? "" : ` ${field.unit}`;
  const range = `${field.min} to ${field.max}${unit}`;
  if (typeof value !== "number") return `"${name}" is a number from ${range}, not ${jsonTypeOf(value)}`;
  if (Number.isFinite(value) && value >= field.min && value <= field.max) return undefined;
  return `"${name}" may be ${range}; ${Number.isFinite(value) ? `${value}${unit}` : "the number sent"} is outside`;
}

function checkFor(value: unknown, maxMs: number): number | undefined | string {
  if (value === undefined) return undefined;
  const forMs = typeof value === "string" ? parseDurationMs(value) : undefined;
  if (forMs === undefined || !Number.isFinite(forMs) || forMs <= 0)
    return `"for" is a time with its unit, for example "30s" or "10m", not ${jsonTypeOf(value)}`;
  if (forMs > maxMs) return `"for" may be at most ${formatDuration(maxMs)}; ${jsonTypeOf(value)} is longer`;
  return forMs;
}

function formatDuration(ms: number): string {
  for (const [unit, size] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const)
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}
