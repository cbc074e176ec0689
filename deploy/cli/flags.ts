/** What the words after a verb say, with the environment where they say nothing. */
import { resolve } from "node:path";
import { parseDurationMs } from "../../runtime/time/duration.ts";
import { DEFAULT_PORTS, defaultStateFolder, port, silenceLimits } from "../board/options.ts";
import { isTopicRoot } from "../mqtt/topics.ts";
import { type UpdatePlace, updatePlace } from "../update/update-place.ts";
import { CliError, EXIT } from "./exit-code.ts";

/** As `cac` gives them. */
export type Flags = Readonly<Record<string, unknown>>;

export const DEFAULT_CONFIG = "board.config.json";
/** Where `holdfast keys release` makes it. */
export const SIGNING_KEY = "keys/release.key";

/** What a board is started with, by hand or as a service. */
export function launchFlags(config: string | undefined, flags: Flags) {
  const text = (name: string, variable: string) =>
    textOf(flags[name]) ?? (process.env[variable] || undefined);
  const broker = text("broker", "HOLDFAST_BROKER");
  const drivers = text("drivers", "HOLDFAST_DRIVERS");
  return {
    config: resolve(config ?? DEFAULT_CONFIG),
    httpPort: port("--http-port", text("httpPort", "HOLDFAST_HTTP_PORT"), DEFAULT_PORTS.http),
    mqttPort: port("--mqtt-port", text("mqttPort", "HOLDFAST_MQTT_PORT"), DEFAULT_PORTS.mqtt),
    ...(broker === undefined ? {} : { brokerUrl: broker }),
    limits: silenceLimits(process.env),
    ...(drivers === undefined ? {} : { driversFolder: resolve(drivers) }),
  };
}

/** Where the page of the board is. Throws `CliError` for no address. */
export function operatorFlags(flags: Flags) {
  const port = process.env.HOLDFAST_HTTP_PORT || DEFAULT_PORTS.http;
  const page = textOf(flags.page) ?? `http://127.0.0.1:${port}/`;
  if (!URL.canParse(page)) throw new CliError(EXIT.usage, `--page: "${page}" is no address`);
  return { json: flags.json === true, page };
}

/** Where this machine keeps its slots. Throws `UpdateError` where it has none. */
export function placeFlag(flags: Flags): UpdatePlace {
  const { HOLDFAST_SLOTS, HOLDFAST_STATE, HOLDFAST_RESTART } = process.env;
  const state = HOLDFAST_STATE || defaultStateFolder(process.env);
  return updatePlace(textOf(flags.slots) ?? HOLDFAST_SLOTS, state, HOLDFAST_RESTART || undefined);
}

/** Between two looks, ms. Throws `CliError` outside 200 ms to a minute. */
export function everyMs(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === undefined || ms < 200 || ms > 60_000)
    throw new CliError(EXIT.usage, `--every: "${text}" is no time from 200ms to 1m`);
  return ms;
}

/** Words between commas, of an option that may be given more than once. */
export function listOf(value: unknown): string[] {
  return [value].flat().flatMap((each) => textOf(each)?.split(",") ?? []);
}

/** What was written; undefined for nothing. */
export function textOf(value: unknown): string | undefined {
  return value === undefined || value === null || value === "" ? undefined : String(value);
}

/** One to four levels of a topic. Throws `CliError`. */
export function topicOf(option: string, text: string): string {
  if (isTopicRoot(text)) return text;
  throw new CliError(EXIT.usage, `${option}: "${text}" is none; allowed are levels of a-z, 0-9, - and _`);
}

/** Where an image goes. Throws `CliError` for a disk and a file at once. */
export function flashTarget(flags: Flags) {
  const [to, out] = [textOf(flags.to), textOf(flags.out)];
  if (to !== undefined && out !== undefined)
    throw new CliError(EXIT.usage, "--to names a disk and --out a file: give one of them");
  return {
    json: flags.json === true,
    yes: flags.yes === true,
    ...(to === undefined ? {} : { to }),
    ...(out === undefined ? {} : { out: resolve(out) }),
  };
}

/** The board whose card is to be made; undefined when an image is given instead. Throws `CliError` for what only goes with a board. */
export function flashBoardFlags(flags: Flags) {
  const config = textOf(flags.config);
  const [os, bootFolder, provision, bundle] = [flags.os, flags.bootFolder, flags.provision, flags.bundle].map(
    textOf,
  );
  const given = {
    ...(os !== undefined && { os }),
    ...(bootFolder !== undefined && { bootFolder: resolve(bootFolder) }),
    ...(provision !== undefined && { provision }),
    ...(bundle !== undefined && { bundle }),
  };
  if (bundle !== undefined && os === undefined && bootFolder === undefined)
    throw new CliError(
      EXIT.usage,
      "--bundle goes with --os or --boot-folder: a card of Holdfast OS is made from a checkout",
    );
  if (os !== undefined && bootFolder !== undefined)
    throw new CliError(
      EXIT.usage,
      "--os is for a whole card and --boot-folder for one that is written: give one of them",
    );
  if (config !== undefined) return { config, ...given };
  const [stray] = Object.keys(given);
  if (stray === undefined) return undefined;
  throw new CliError(EXIT.usage, "--os, --boot-folder, --bundle and --provision need --config: which board?");
}
