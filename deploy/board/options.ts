/**
 * What the processes of a board are started with beside the configuration. It travels as environment
 * variables, so that every process of the chain (and a service unit) sees the same.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { parseDurationMs } from "../../runtime/time/duration.ts";

export interface BoardOptions {
  /** Path of board.config.json. */
  readonly config: string;
  /** `--emulated`: emulated pins although the configuration says otherwise. */
  readonly emulated: boolean;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** An external broker instead of the embedded one. */
  readonly brokerUrl?: string;
  /** Overrides the configuration's. */
  readonly timeScale?: number;
  /** Where setpoints are kept. */
  readonly stateFolder: string;
  /** Unix socket of the emulated world. */
  readonly worldSocket: string;
  /** Where new versions of drivers may be loaded from; absent: nowhere. */
  readonly driversFolder?: string;
  readonly limits: SilenceLimits;
}

/**
 * How much silence is death, where a shared machine stalls longer than the defaults bear: `HOLDFAST_PET_LIMIT`
 * (the runtime's watchdog, default 100ms), `HOLDFAST_KERNEL_LIMIT` (its main thread, default 250ms) and
 * `HOLDFAST_GUARDIAN_LIMIT` (the guardian, where `holdfast run` watches it: default 2s). And how much of it is a failure of the world:
 * `HOLDFAST_ANSWER_LIMIT` (the guardian to a device, default 250ms; a bus to the guardian, two fifths of it).
 */
export type SilenceLimits = { readonly [Limit in keyof typeof LIMIT_NAMES]?: number };

const LIMIT_NAMES = {
  petMs: "HOLDFAST_PET_LIMIT",
  kernelMs: "HOLDFAST_KERNEL_LIMIT",
  guardianMs: "HOLDFAST_GUARDIAN_LIMIT",
  answerMs: "HOLDFAST_ANSWER_LIMIT",
} as const;

export const DEFAULT_PORTS = { http: 8080, mqtt: 1883 } as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment that `readOptions` understands. */
export function optionsEnvironment(options: BoardOptions): Record<string, string> {
  const { config, emulated, httpPort, mqttPort, brokerUrl, timeScale, stateFolder, worldSocket } = options;
  const { driversFolder, limits } = options;
  return {
    HOLDFAST_CONFIG: config,
    HOLDFAST_EMULATED: emulated ? "1" : "",
    HOLDFAST_HTTP_PORT: String(httpPort),
    HOLDFAST_MQTT_PORT: String(mqttPort),
    HOLDFAST_BROKER: brokerUrl ?? "",
    HOLDFAST_TIME_SCALE: timeScale === undefined ? "" : String(timeScale),
    HOLDFAST_STATE: stateFolder,
    HOLDFAST_WORLD: worldSocket,
    HOLDFAST_DRIVERS: driversFolder ?? "",
    ...limitsEnvironment(limits),
  };
}

/** Options from the environment, defaults filled in. Throws RangeError for a port that is none. */
export function readOptions(environment: Environment): BoardOptions {
  const text = (name: string) => (environment[name] === "" ? undefined : environment[name]);
  const brokerUrl = text("HOLDFAST_BROKER");
  const timeScale = text("HOLDFAST_TIME_SCALE");
  const driversFolder = text("HOLDFAST_DRIVERS");
  return {
    config: text("HOLDFAST_CONFIG") ?? "board.config.json",
    emulated: text("HOLDFAST_EMULATED") !== undefined,
    httpPort: port("HOLDFAST_HTTP_PORT", text("HOLDFAST_HTTP_PORT"), DEFAULT_PORTS.http),
    mqttPort: port("HOLDFAST_MQTT_PORT", text("HOLDFAST_MQTT_PORT"), DEFAULT_PORTS.mqtt),
    ...(brokerUrl === undefined ? {} : { brokerUrl }),
    ...(timeScale === undefined ? {} : { timeScale: positive("HOLDFAST_TIME_SCALE", timeScale) }),
    stateFolder: text("HOLDFAST_STATE") ?? defaultStateFolder(environment),
    worldSocket: text("HOLDFAST_WORLD") ?? "",
    ...(driversFolder === undefined ? {} : { driversFolder }),
    limits: silenceLimits(environment),
  };
}

/** Where programs keep state that outlives them (XDG base directory specification 0.8). */
export function defaultStateFolder(environment: Environment): string {
  const base = environment.XDG_STATE_HOME;
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".local", "state"), "holdfast");
}

/** Limits from the environment. Throws RangeError for a text that is no time. */
export function silenceLimits(environment: Environment): SilenceLimits {
  const given = Object.entries(LIMIT_NAMES).flatMap(([limit, name]) => {
    const text = environment[name];
    if (text === undefined || text === "") return [];
    const ms = parseDurationMs(text);
    if (ms !== undefined && ms >= 30 && ms <= 60_000) return [[limit, ms] as const];
    throw new RangeError(`${name}: "${text}" is no time from 30ms to 60s`);
  });
  return Object.fromEntries(given);
}

/** What `silenceLimits` reads. */
function limitsEnvironment(limits: SilenceLimits): Record<string, string> {
  const names = Object.entries(LIMIT_NAMES) as [keyof SilenceLimits, string][];
  return Object.fromEntries(
    names.map(([limit, name]) => [name, limits[limit] === undefined ? "" : `${limits[limit]}ms`]),
  );
}

/** A TCP port. `where` names the option in the error. */
export function port(where: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number;
  throw new RangeError(`${where}: "${text}" is no port; allowed is a whole number from 0 to 65535`);
}

/** A number above 0. */
export function positive(where: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new RangeError(`${where}: "${text}" is not a number above 0`);
}
