/**
 * What boards publish, decoded at the edge: everything behind these functions is trusted.
 * Each returns undefined when the payload is not what the topic promises; unknown fields are ignored.
 */
import type { CommandField, CommandSpec } from "../../../devices/command-spec.ts";
import { decodeOutbox, type OutboxStatus } from "./outbox.ts";
import {
  asNumber,
  asObject,
  asString,
  asStrings,
  asTime,
  asValue,
  decodeObject,
  mapFields,
  oneOf,
  type Value,
} from "./wire-fields.ts";

export type Quality = "good" | "suspect" | "stale" | "bad";
export type Mode = "full" | "reduced" | "safe" | "off" | "starting";
export type Kind = "sensor" | "actuator" | "input" | "controller";
export type { Value };

/** `<board>/status`. */
export interface BoardStatus {
  readonly state: "online" | "offline";
  readonly incarnation: number | undefined;
  readonly version: string | undefined;
  readonly schema: number | undefined;
  readonly hardware: "emulated" | "linux" | undefined;
  readonly clock: string | undefined;
  readonly outbox: OutboxStatus | undefined;
}

/** `<device>/<reading>`; `atMs` is the board's wall clock, null where it has none. */
export interface ReadingMessage {
  readonly value: Value;
  readonly unit: string;
  readonly quality: Quality;
  readonly atMs: number | null;
}

/** `<device>/state`. */
export interface DeviceState {
  readonly mode: Mode;
  readonly restarts: number;
  readonly cause: string | null;
  readonly driver: string;
  readonly kind: Kind | undefined;
  readonly commands: CommandSpec;
  readonly readings: Readonly<Record<string, { readonly unit: string }>>;
  readonly world: readonly string[];
  readonly faults: readonly string[];
  readonly ownedBy: string | null;
  /** Of a controller: its output, `pump` or `pump@pump-house`. */
  readonly drives: string | null;
  /** Of an output: who commands it from another board, `irrigation@greenhouse`. Less is left than `forMs` when its next command is overdue. */
  readonly lease: { readonly by: string; readonly forMs: number; readonly remainingMs: number } | null;
  readonly commanded: Readonly<Record<string, Value>> | null;
  /** Of an output: `maxOn` has latched it off as a fault, until somebody clears that. */
  readonly latched: boolean;
  readonly remainingMs: number | null;
  readonly override: { readonly remainingMs: number | null } | null;
  readonly misses: number;
  /** Its ladder, highest first; empty when it does not say. */
  readonly modes: readonly Mode[];
  /** The highest mode that an operator allows it, and for how long. */
  readonly modeOverride: { readonly mode: Mode; readonly remainingMs: number | null } | null;
  /** When it goes up if nothing fails; null at the top, and while nobody can say. */
  readonly climbsInMs: number | null;
  /** An input that does not move as it should: for how long by then. */
  readonly stuck: { readonly why: "held" | "unchanged"; readonly forMs: number } | null;
}

/** One object on `<board>/events`; `detail` is what the event says beside the fields all have. */
export interface EventMessage {
  readonly atMs: number | null;
  readonly kind: string;
  readonly device: string | null;
  readonly cause: string | null;
  readonly detail: Readonly<Record<string, Value>>;
}

/** Percentiles in microseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** The last minute of a spread; a bar counts up to twice as much as the one before, the first up to 2 us. */
export interface Recent extends Spread {
  readonly count: number;
  readonly bars: readonly number[];
}

/** Since the start, and of the last minute where it is told. */
export interface MovingSpread extends Spread {
  readonly recent: Recent | undefined;
}

/** `<board>/timing/<job>`; counts that are not told are zero. */
export interface Timing {
  readonly count: number;
  readonly misses: number;
  readonly skipped: number;
  readonly aborted: number;
  readonly overBudget: number;
  readonly deadlineUs: number | undefined;
  readonly budgetUs: number | undefined;
  readonly lateness: MovingSpread | undefined;
  readonly execution: MovingSpread | undefined;
  readonly response: MovingSpread | undefined;
  readonly endToEnd: MovingSpread | undefined;
  /** The slowest since the start; `atMs` is the board's wall clock, null where it has none. */
  readonly worst: { readonly responseUs: number; readonly atMs: number | null } | undefined;
}

/** `<device>/error`; the command is JSON without its id, or whatever else could not be read as one. */
export interface RefusalMessage {
  readonly reason: string;
  readonly command: string;
}

export function decodeStatus(json: string): BoardStatus | undefined {
  const fields = decodeObject(json);
  if (fields === undefined) return undefined;
  const { state, hardware } = fields;
  if (state !== "online" && state !== "offline") return undefined;
  return {
    state,
    incarnation: asNumber(fields.incarnation),
    version: asString(fields.version),
    schema: asNumber(fields.schema),
    hardware: hardware === "emulated" || hardware === "linux" ? hardware : undefined,
    clock: asString(fields.clock),
    outbox: decodeOutbox(fields.outbox),
  };
}

/** A quality the page does not know counts as suspect: better doubted than trusted. */
export function decodeReading(json: string): ReadingMessage | undefined {
  const fields = decodeObject(json);
  if (fields === undefined) return undefined;
  const value = asValue(fields.value);
  if (value === undefined) return undefined;
  return {
    value,
    unit: asString(fields.unit) ?? "",
    quality: oneOf(fields.quality, ["good", "suspect", "stale", "bad"]) ?? "suspect",
    atMs: asTime(fields.at),
  };
}

const rungs = ["full", "reduced", "safe", "off"] as const;

export function decodeState(json: string): DeviceState | undefined {
  const fields = decodeObject(json);
  const mode = oneOf(fields?.mode, ["full", "reduced", "safe", "off", "starting"]);
  if (fields === undefined || mode === undefined) return undefined;
  const override = asObject(fields.override);
  return {
    mode,
    restarts: asNumber(fields.restarts) ?? 0,
    cause: asString(fields.cause) ?? null,
    driver: asString(fields.driver) ?? "",
    kind: oneOf(fields.kind, ["sensor", "actuator", "input", "controller"]),
    commands: decodeCommands(fields.commands),
    readings: mapFields(fields.readings, (field) => ({ unit: asString(asObject(field)?.unit) ?? "" })),
    world: asStrings(fields.world),
    faults: asStrings(fields.faults),
    ownedBy: asString(fields.ownedBy) ?? null,
    drives: asString(fields.drives) ?? null,
    lease: decodeLease(fields.lease),
    commanded: asObject(fields.commanded) === undefined ? null : mapFields(fields.commanded, asValue),
    latched: fields.latched === true,
    remainingMs: asNumber(fields.remainingMs) ?? null,
    override: override === undefined ? null : { remainingMs: asNumber(override.remainingMs) ?? null },
    misses: asNumber(fields.misses) ?? 0,
    modes: asStrings(fields.modes).filter((mode): mode is Mode => rungs.some((rung) => rung === mode)),
    modeOverride: decodeModeOverride(fields.modeOverride),
    climbsInMs: asNumber(fields.climbsInMs) ?? null,
    stuck: decodeStuck(fields.stuck),
  };
}

function decodeLease(raw: unknown): DeviceState["lease"] {
  const { by, forMs, remainingMs } = asObject(raw) ?? {};
  if (typeof by !== "string" || typeof forMs !== "number") return null;
  return { by, forMs, remainingMs: asNumber(remainingMs) ?? forMs };
}

function decodeStuck(raw: unknown): DeviceState["stuck"] {
  const { why, forMs } = asObject(raw) ?? {};
  const known = oneOf(why, ["held", "unchanged"]);
  return known === undefined ? null : { why: known, forMs: asNumber(forMs) ?? 0 };
}

function decodeModeOverride(raw: unknown): DeviceState["modeOverride"] {
  const { mode, remainingMs } = asObject(raw) ?? {};
  const known = oneOf(mode, rungs);
  return known === undefined ? null : { mode: known, remainingMs: asNumber(remainingMs) ?? null };
}

export function decodeEvent(json: string): EventMessage | undefined {
  const fields = decodeObject(json);
  const kind = asString(fields?.kind);
  if (fields === undefined || kind === undefined) return undefined;
  const { at, kind: _, device, cause, ...rest } = fields;
  return {
    atMs: asTime(at),
    kind,
    device: asString(device) ?? null,
    cause: asString(cause) ?? null,
    detail: mapFields(rest, asValue),
  };
}

export function decodeTiming(json: string): Timing | undefined {
  const fields = decodeObject(json);
  const count = asNumber(fields?.count);
  if (fields === undefined || count === undefined) return undefined;
  return {
    count,
    misses: asNumber(fields.misses) ?? 0,
    skipped: asNumber(fields.skipped) ?? 0,
    aborted: asNumber(fields.aborted) ?? 0,
    overBudget: asNumber(fields.overBudget) ?? 0,
    deadlineUs: asNumber(fields.deadlineUs),
    budgetUs: asNumber(fields.budgetUs),
    lateness: decodeMoving(fields.latenessUs),
    execution: decodeMoving(fields.executionUs),
    response: decodeMoving(fields.responseUs),
    endToEnd: decodeMoving(fields.endToEndUs),
    worst: decodeWorst(fields.worst),
  };
}

export function decodeRefusal(json: string): RefusalMessage | undefined {
  const fields = decodeObject(json);
  const reason = asString(fields?.reason);
  if (fields === undefined || reason === undefined) return undefined;
  const { id: _, ...command } = asObject(fields.command) ?? {};
  return { reason, command: asString(fields.command) ?? JSON.stringify(command) };
}

function decodeCommands(raw: unknown): CommandSpec {
  return mapFields(raw, (field): CommandField | undefined => {
    const { type, min, max, unit } = asObject(field) ?? {};
    if (type === "boolean") return { type };
    if (type !== "number" || typeof min !== "number" || typeof max !== "number") return undefined;
    return { type, min, max, ...(typeof unit === "string" ? { unit } : {}) };
  });
}

function decodeSpread(raw: unknown): Spread | undefined {
  const { p50, p99, max } = asObject(raw) ?? {};
  if (typeof p99 !== "number") return undefined;
  return { p50: asNumber(p50) ?? p99, p99, max: asNumber(max) ?? p99 };
}

function decodeMoving(raw: unknown): MovingSpread | undefined {
  const spread = decodeSpread(raw);
  if (spread === undefined) return undefined;
  const { recent } = asObject(raw) ?? {};
  const last = decodeSpread(recent);
  const { count, bars } = asObject(recent) ?? {};
  if (last === undefined || typeof count !== "number") return { ...spread, recent: undefined };
  return { ...spread, recent: { ...last, count, bars: decodeBars(bars) } };
}

/** As far as it is a list of counts; nobody draws more than 64. */
function decodeBars(raw: unknown): readonly number[] {
  if (!Array.isArray(raw)) return [];
  return raw.slice(0, 64).map((entry) => Math.max(0, asNumber(entry) ?? 0));
}

function decodeWorst(raw: unknown): Timing["worst"] {
  const { responseUs, at } = asObject(raw) ?? {};
  return typeof responseUs === "number" ? { responseUs, atMs: asTime(at) } : undefined;
}
