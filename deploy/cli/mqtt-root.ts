/** Below which topics the command line looks for boards: all of a fleet have one root (`mqtt.root`). */
import { existsSync, readFileSync } from "node:fs";
import { DEFAULT_PLACES } from "../mqtt/rights.ts";
import { isTopicRoot } from "../mqtt/topics.ts";
import { INSTALL } from "../vendor/install-places.ts";
import { DEFAULT_CONFIG, type Flags, textOf, topicOf } from "./flags.ts";

export interface MqttRoot {
  /** One to four levels of a topic. */
  readonly root: string;
  /** Who says so, for people. */
  readonly rootFrom: string;
}

/**
 * As `--mqtt-root` or HOLDFAST_MQTT_ROOT says; else `mqtt.root` of the configuration that is at hand: HOLDFAST_CONFIG, the one in this folder, the
 * service's; else `holdfast`. A configuration that cannot be read says nothing. Throws `CliError` for a root that is none.
 */
export function mqttRoot(flags: Flags, environment = process.env): MqttRoot {
  const { HOLDFAST_MQTT_ROOT, HOLDFAST_CONFIG } = environment;
  for (const [from, text] of [
    ["--mqtt-root", textOf(flags.mqttRoot)],
    ["HOLDFAST_MQTT_ROOT", HOLDFAST_MQTT_ROOT || undefined],
  ] as const)
    if (text !== undefined) return { root: topicOf(from, text), rootFrom: from };
  const file = HOLDFAST_CONFIG || [DEFAULT_CONFIG, INSTALL.config].find((one) => existsSync(one));
  const root = file === undefined ? undefined : rootIn(file);
  return root === undefined
    ? { root: DEFAULT_PLACES.root, rootFrom: "the default" }
    : { root, rootFrom: `mqtt.root in ${file}` };
}

/** Only that: a whole check of it takes a small machine hundreds of milliseconds, and is no matter of who only looks. */
function rootIn(file: string): string | undefined {
  try {
    const { mqtt } = JSON.parse(readFileSync(file, "utf8")) as { mqtt?: { root?: unknown } };
    const root = mqtt?.root;
    return typeof root === "string" && isTopicRoot(root) ? root : undefined;
  } catch {
    return undefined; // `holdfast check` says what is wrong with it
  }
}
