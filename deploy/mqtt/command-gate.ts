/**
 * Every command from outside passes here before a device sees it; what does not pass is refused with a
 * sentence for the person who sent it.
 *
 * Order: topic, rate, retain flag, bytes, device, readiness, fields, id. Pure: time comes with each message.
 * Bounds: two token buckets per known device, one global pair, 4096 remembered ids. A flood is answered once a second
 * with a count. The command that turns a device off (`off` in the catalogue) draws from buckets of its own, so
 * that a flood of others cannot keep it out; so does an order to its ladder that makes it safe or off. Orders are let
 * through before a device is ready: they go to its keeper, and switch nothing on.
 */
import type { Command, CommandSpec } from "../../devices/command-spec.ts";
import { isSafing } from "../../devices/handler/mode-order.ts";
import { nearestNames } from "../nearest.ts";
import { checkClear, isClear } from "./clear-command.ts";
import { checkCommandFields, checkOrder, isOrder, list } from "./command-fields.ts";
import { maxCommandBytes, parseCommandJson } from "./command-json.ts";
import { SeenIds } from "./seen-ids.ts";
import { TokenBucket } from "./token-bucket.ts";
import { isTopicLevel, parseSetTopic } from "./topics.ts";

/** A device as the gate knows it. */
export interface CatalogueEntry {
  readonly id: string;
  readonly spec: CommandSpec;
  /** Its first good job is done. */
  readonly ready: boolean;
  /** Which life of its process this is: a restart ends what was commanded before. Default 0. */
  readonly life?: number;
  /** The values that bring it to its safe level, for example `{"on":false}`. */
  readonly off?: Readonly<Record<string, boolean | number>>;
  /** Longest `for`, ms. Default 24 h. */
  readonly maxForMs?: number;
  /** Longest `for` of an override, ms. Default 30 min. */
  readonly maxOverrideMs?: number;
}

export type WorldSet = Readonly<Record<string, boolean | number | string | null>>;

export type GateResult =
  | { readonly kind: "command"; readonly device: string; readonly command: Command }
  | { readonly kind: "world"; readonly device: string; readonly set: WorldSet }
  /** Its id was let through to this life of the device within ten minutes: answered as done, and not carried out again. */
  | { readonly kind: "repeated"; readonly device: string; readonly id: string }
  | {
      readonly kind: "refused";
      readonly device: string | null;
      readonly command: unknown;
      readonly reason: string;
    }
  /** Refused by the rate limit and already reported within this second. */
  | { readonly kind: "dropped" };

export interface CommandGateOptions {
  readonly root: string;
  readonly board: string;
  /** The devices as they are now. */
  readonly catalogue: () => readonly CatalogueEntry[];
  /** Only an emulated board has a world that can be told things. */
  readonly emulated: boolean;
  /** Default 10 per second, burst 20. */
  readonly perDevice?: Rate;
  /** Default 50 per second, burst 100. */
  readonly overall?: Rate;
}

export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** How often a flood is answered, ms. */
export const excessEveryMs = 1000;
/** A release is offered here, to a board that takes offers: then its commands do not come this way. */
const UPDATE = "update";
const NO_OFFERS =
  "this board takes no offers: it runs a checkout, or a release without slots. A push brings it a release, and slots " +
  "where it has none: holdfast push user@host x.holdfast";
const idKeptMs = 10 * 60_000;
const maxIds = 4096;

/** Decides what becomes of each message on a command topic. Never throws. */
export class CommandGate {
  readonly #options: CommandGateOptions;
  readonly #perDevice: Rate;
  readonly #overall: Rate;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #seen = new SeenIds(idKeptMs, maxIds);
  #excess = 0;
  #excessDevice = "";
  #excessReportedAtMs = Number.NEGATIVE_INFINITY;
  #refused = 0;

  constructor(options: CommandGateOptions) {
    this.#options = options;
    this.#perDevice = options.perDevice ?? { perSecond: 10, burst: 20 };
    this.#overall = options.overall ?? { perSecond: 50, burst: 100 };
  }

  /** Messages refused since the start, reported or not. */
  get refused(): number {
    return this.#refused;
  }

  /** `nowMs` is monotonic. */
  offer(topic: string, payload: Uint8Array, retain: boolean, nowMs: number): GateResult {
    const result = this.#decide(topic, payload, retain, nowMs);
    if (result.kind === "refused" || result.kind === "dropped") this.#refused++;
    return result;
  }

  /** A command that was let through could not be carried out: its id may be tried again. */
  forget(device: string, id: string): void {
    this.#seen.delete(idKey(device, id));
  }

  /** What the rate limit refused and nobody was told of; ask a second after something was dropped. */
  unreported(nowMs: number): GateResult | undefined {
    return this.#excess === 0 ? undefined : this.#report(this.#excessDevice, nowMs);
  }

  #decide(topic: string, payload: Uint8Array, retain: boolean, nowMs: number): GateResult {
    const { root, board } = this.#options;
    const target = parseSetTopic(root, board, topic);
    if (target === undefined || !isTopicLevel(target.device))
      return refuse(null, null, `"${topic.slice(0, 100)}" is no command topic of this board`);
    const { device } = target;
    const catalogue = this.#options.catalogue();
    const entry = catalogue.find(({ id }) => id === device);

    const off = entry !== undefined && !retain && target.kind === "device" && isOff(payload, entry);
    const known = entry === undefined ? undefined : `${target.kind}/${off ? "off/" : ""}${device}`;
    if (!this.#admit(known, off, nowMs)) return this.#excessOf(device, nowMs);

    if (retain) {
      return refuse(
        device,
        null,
        "a retained command would be carried out again at every start, so it is refused: send it without the retain flag, " +
          `and clear it with an empty retained message to ${topic}`,
      );
    }
    if (target.kind === "world" && !this.#options.emulated)
      return refuse(device, null, "this board's hardware is real, so its world cannot be set by command");
    const json = parseCommandJson(payload);
    if (!json.ok) return refuse(device, json.command, json.reason);
    if (entry === undefined) {
      const ids = catalogue.map(({ id }) => id);
      return refuse(device, json.fields, unknownDevice(device, ids));
    }
    if (target.kind === "world") return world(device, json.fields);
    const order = isOrder(json.fields);
    if (!entry.ready && !order) {
      return refuse(device, json.fields, `"${device}" is not ready yet: its first job has not been done`);
    }
    const command = order
      ? checkOrder(json.fields)
      : isClear(json.fields)
        ? checkClear(device, json.fields, entry.off !== undefined)
        : checkCommandFields(device, json.fields, entry.spec, {
            maxForMs: entry.maxForMs ?? 24 * 3_600_000,
            maxOverrideMs: entry.maxOverrideMs ?? 30 * 60_000,
          });
    if (typeof command === "string") return refuse(device, json.fields, command);
    if (command.id !== undefined) {
      const key = idKey(device, command.id);
      // An order outlives the process: its keeper has it.
      const life = order ? 0 : (entry.life ?? 0);
      const seenIn = this.#seen.lifeOf(key, nowMs);
      if (seenIn === life) return { kind: "repeated", device, id: command.id };
      // Sent to a life that ended: perhaps never carried out. Off is harmless twice, anything else is asked for anew.
      if (seenIn !== undefined && !off) {
        const reason = `"${device}" was started again since this id was sent, which ended the command: send it with a new id`;
        return refuse(device, json.fields, reason);
      }
      this.#seen.add(key, nowMs, life);
    }
    return { kind: "command", device, command };
  }

  #admit(known: string | undefined, off: boolean, nowMs: number): boolean {
    const overall = this.#bucket(off ? "off" : "all", this.#overall, nowMs).take(nowMs);
    if (known === undefined) return overall;
    return this.#bucket(known, this.#perDevice, nowMs).take(nowMs) && overall;
  }

  #bucket(key: string, rate: Rate, nowMs: number): TokenBucket {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      // Devices come and go with configurations; forgetting all buckets once in a while only forgives.
      if (this.#buckets.size >= 4096) this.#buckets.clear();
      bucket = new TokenBucket(rate.perSecond, rate.burst, nowMs);
      this.#buckets.set(key, bucket);
    }
    return bucket;
  }

  #excessOf(device: string, nowMs: number): GateResult {
    this.#excess++;
    this.#excessDevice = device;
    if (nowMs - this.#excessReportedAtMs < excessEveryMs) return { kind: "dropped" };
    return this.#report(device, nowMs);
  }

  #report(device: string, nowMs: number): GateResult {
    const count = this.#excess;
    this.#excess = 0;
    this.#excessReportedAtMs = nowMs;
    const { perSecond } = this.#perDevice;
    return refuse(
      device,
      null,
      `too many commands: ${perSecond} per second and device, ${this.#overall.perSecond} per second in all; refused since the last report: ${count}`,
    );
  }
}

function idKey(device: string, id: string): string {
  return `${device} ${id}`;
}

function unknownDevice(device: string, ids: readonly string[]): string {
  if (device === UPDATE) return NO_OFFERS;
  const near = nearestNames(device, ids);
  if (near.length > 0) return `there is no device "${device}" on this board; did you mean ${list(near)}?`;
  const shown = ids.slice(0, 10);
  const more = ids.length > shown.length ? ` and ${ids.length - shown.length} more` : "";
  return `there is no device "${device}" on this board; there are ${list(shown)}${more}`;
}

/** The set of an emulated world: flat, short, at most 16 fields. What they mean the world itself checks. */
function world(device: string, fields: Readonly<Record<string, unknown>>): GateResult {
  const entries = Object.entries(fields);
  if (entries.length === 0) return refuse(device, fields, "the world is told nothing: name a field");
  if (entries.length > 16) return refuse(device, fields, "the world takes at most 16 fields at once");
  for (const [name, value] of entries) {
    const plain =
      value === null ||
      typeof value === "boolean" ||
      (typeof value === "number" && Number.isFinite(value)) ||
      (typeof value === "string" && value.length <= 64);
    if (!plain)
      return refuse(
        device,
        fields,
        `"${name.slice(0, 40)}" is a finite number, true, false, null or a text of at most 64 characters`,
      );
  }
  return { kind: "world", device, set: Object.fromEntries(entries) as WorldSet };
}

/** Whether a payload says exactly what turns the device off (an id beside it is fine), or makes it safe as a whole. */
function isOff(payload: Uint8Array, { off }: CatalogueEntry): boolean {
  if (payload.byteLength > maxCommandBytes) return false;
  const json = parseCommandJson(payload);
  if (!json.ok) return false;
  if (isOrder(json.fields)) {
    const order = checkOrder(json.fields);
    return typeof order !== "string" && isSafing(order.mode!);
  }
  if (off === undefined) return false;
  const names = Object.keys(json.fields).filter((name) => name !== "id");
  const wanted = Object.entries(off);
  return names.length === wanted.length && wanted.every(([name, value]) => json.fields[name] === value);
}

function refuse(device: string | null, command: unknown, reason: string): GateResult {
  return { kind: "refused", device, command, reason };
}
