/** A board seen from the command line, over its broker. */
import type { MqttClient } from "mqtt";
import { brokerCause } from "../mqtt/broker-cause.ts";
import type { LoginFiles } from "../mqtt/broker-login.ts";
import { indexTopics } from "../mqtt/index-topics.ts";
import { meantFirst, nearest } from "../nearest.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { readLogin } from "./read-login.ts";

export interface BoardFlags {
  readonly url: string;
  readonly login: LoginFiles;
  readonly board?: string;
  /** Of all topics, and who says so. */
  readonly root: string;
  readonly rootFrom: string;
  readonly json: boolean;
}

const CONNECT_LIMIT_MS = 3000;
/** Retained topics arrive at once after subscribing; this long after the last one they are complete. */
const QUIET_MS = 250;
/** A broker on a busy machine pauses for longer between two of them: what an index names is waited for so long. */
const MISSING_MS = 3000;

export interface Retained {
  readonly board: string;
  /** `<device>/<rest>` to the document. */
  readonly topics: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

/**
 * Connects to the first of the addresses (commas between them) that answers; throws `CliError` when none does, or the broker
 * refuses the login.
 */
export async function connectBoard({ url, login }: BoardFlags): Promise<MqttClient> {
  const urls = url.split(",");
  for (const [at, one] of urls.entries()) {
    try {
      return await connectTo(one, login);
    } catch (error) {
      if (at === urls.length - 1 || !(error instanceof CliError) || error.exitCode !== EXIT.unreachable)
        throw error;
    }
  }
  throw new TypeError("there is always a first address");
}

async function connectTo(url: string, login: LoginFiles): Promise<MqttClient> {
  const host = hostOf(url);
  const { user, password, tls = {} } = readLogin(login);
  // Loaded only by the verbs that need it: `run` stays a small process. By its default: in a bundle it has no other names.
  const { default: mqtt } = await import("mqtt");
  try {
    const client = await mqtt.connectAsync(url, {
      connectTimeout: CONNECT_LIMIT_MS,
      reconnectPeriod: 0,
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      ...tls,
    });
    (client.stream as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
    return client;
  } catch (error) {
    const asked = { host, handshake: url.startsWith("mqtts:"), ...(user !== undefined && { user }) };
    const why =
      error instanceof AggregateError
        ? error.errors.map(String).join(", ")
        : brokerCause(error as Error, asked);
    throw new CliError(
      EXIT.unreachable,
      `no broker at ${url} (${why}): is the board running? --url names another`,
    );
  }
}

/**
 * What is retained below some filters of the root: `<board>/<rest>` to the document; what is none is left out. Where a board's index comes
 * with it, all that it names is waited for.
 */
export async function collectRetained(
  client: MqttClient,
  root: string,
  filters: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const topics = new Map<string, Readonly<Record<string, unknown>>>();
  const missing = new Set<string>();
  const seen = new Set<string>();
  await new Promise<void>((done) => {
    let timer = setTimeout(done, 4 * QUIET_MS);
    client.on("message", (topic, payload, { retain }) => {
      const document = parse(payload);
      if (document !== undefined) topics.set(topic.slice(root.length + 1), document);
      seen.add(topic);
      // What is said meanwhile has no end.
      if (!missing.delete(topic) && !retain) return;
      if (topic.endsWith("/index"))
        for (const named of indexTopics(payload)) if (!seen.has(named)) missing.add(named);
      clearTimeout(timer);
      timer = setTimeout(done, missing.size > 0 ? MISSING_MS : QUIET_MS);
    });
    client.subscribe(filters.map((filter) => `${root}/${filter}`));
  });
  client.removeAllListeners("message");
  return topics;
}

/** Everything retained of the chosen board, or of the only one online. */
export async function readRetained(client: MqttClient, flags: BoardFlags): Promise<Retained> {
  const { board, root } = flags;
  const topics = await collectRetained(client, root, [`${board ?? "+"}/#`]);
  const boards = new Map(
    [...topics].flatMap(([topic, document]) => {
      const [, id] = /^([^/]+)\/status$/.exec(topic) ?? [];
      return id === undefined ? [] : [[id, document.state] as const];
    }),
  );
  const online = [...boards].filter(([, state]) => state === "online").map(([id]) => id);
  const chosen = board ?? only(online, flags);
  if (!boards.has(chosen))
    throw new CliError(EXIT.unreachable, nobodyThere(`no board "${chosen}" has spoken`, flags));
  const prefix = `${chosen}/`;
  const own = [...topics].filter(([topic]) => topic.startsWith(prefix));
  return { board: chosen, topics: new Map(own.map(([topic, value]) => [topic.slice(prefix.length), value])) };
}

/** Ids of devices and controllers that said how they are. */
export function devicesIn({ topics }: Retained): string[] {
  return [...topics.keys()].flatMap((topic) => topic.match(/^(.*)\/state$/)?.[1] ?? []);
}

/** The state of a device; throws `CliError` when there is none of that name. */
export function stateOf(retained: Retained, device: string): Readonly<Record<string, unknown>> {
  const state = retained.topics.get(`${device}/state`);
  if (state !== undefined) return state;
  throw new CliError(EXIT.usage, noDevice(`${retained.board} has no`, device, devicesIn(retained)));
}

/** `greenhouse has no device "pmup"; did you mean pump? There are ...`. `who`: "greenhouse has no"; `known` in any order. */
export function noDevice(who: string, device: string, known: readonly string[]): string {
  const there = `there are ${[...known].sort().join(", ")}`;
  return `${who} device "${device}"; ${meantFirst(nearest(device, known), there)}`;
}

/** A payload as an object; `undefined` for anything else. */
export function parse(payload: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // not ours
  }
}

/** With where it was looked for: a fleet may have another root. */
export function nobodyThere(what: string, { root, rootFrom }: Pick<BoardFlags, "root" | "rootFrom">): string {
  return `${what} on this broker below ${root}/ (${rootFrom}); --mqtt-root names another`;
}

function only(online: readonly string[], flags: BoardFlags): string {
  const [first, second] = online;
  if (first === undefined) throw new CliError(EXIT.unreachable, nobodyThere("no board is online", flags));
  if (second !== undefined) {
    throw new CliError(EXIT.usage, `several boards are online (${online.join(", ")}): choose with --board`);
  }
  return first;
}

/** Of `--url`. A login in it would be in the process list for every user of the machine to read. */
function hostOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !["mqtt:", "mqtts:"].includes(parsed.protocol)) {
    throw new CliError(
      EXIT.usage,
      `--url: "${url}" is no address of a broker: write mqtt://host:1883 or mqtts://host:8883`,
    );
  }
  if (parsed.username !== "" || parsed.password !== "") {
    const help =
      "every user of this machine could read it; --credentials names a file with user and password";
    throw new CliError(EXIT.usage, `--url: the address of ${parsed.hostname} carries a login: ${help}`);
  }
  return parsed.hostname;
}
