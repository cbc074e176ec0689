/** The demo board of the repository, and copies of it with one thing changed. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { devicePlans } from "../../deploy/config/plan.ts";
import type { DevicePlan } from "../../devices/handler/device-plan.ts";

/** Seen from dist/test/deploy. */
export const demoFile = fileURLToPath(new URL("../../../board.config.json", import.meta.url));

export const demoText = readFileSync(demoFile, "utf8");

/** Path in the file, and what is written there; `undefined` takes the key away. */
export type Change = readonly [path: string, value: unknown];

/** The demo's text with keys set or taken away. Keys of a path are joined by dots. */
export function demoWith(...changes: readonly Change[]): string {
  const board = JSON.parse(demoText);
  for (const [path, value] of changes) {
    const keys = path.split(".");
    const last = keys.pop()!;
    const holder = keys.reduce((inner, key) => inner[key], board);
    if (value === undefined) delete holder[last];
    else holder[last] = value;
  }
  return JSON.stringify(board, undefined, 2);
}

/**
 * Limits that a board keeps whatever else its machine has to do, for these of its devices and these controllers: for tests of what
 * happens, not of how fast.
 */
export function patient(devices: readonly string[], controllers: readonly string[]): readonly Change[] {
  return [
    ...devices.map((id): Change => [`devices.${id}.hardDeadline`, "60s"]),
    ...controllers.flatMap((id): Change[] => [
      [`controllers.${id}.hardDeadline`, "60s"],
      [`controllers.${id}.maxAge`, "60s"],
    ]),
  ];
}

/** The environment for such a board: a guardian or world that is held up costs no device its job either. */
export const PATIENT_ANSWERS = { HOLDFAST_ANSWER_LIMIT: "5s" } as const;

/** The demo's text with the first `from` replaced. */
export function demoReplaced(from: string, to: string): string {
  if (!demoText.includes(from)) throw new Error(`the demo has no ${from}`);
  return demoText.replace(from, to);
}

/** What a device of the demo board is started with. */
export function demoPlan(id: string, ...changes: readonly Change[]): DevicePlan {
  const { config, problems } = parseConfig(demoWith(...changes));
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return devicePlans(config).find((plan) => plan.id === id)!;
}
