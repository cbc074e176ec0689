/** What Home Assistant is told of a board, worked out of the configuration and the catalogues. */
import { driverNamed } from "../../devices/catalogue.ts";
import { controllerNamed } from "../../devices/controller-catalogue.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { boardPlan, controllerPlans, devicePlans } from "../config/plan.ts";
import type { DiscoveredDevice } from "../homeassistant/discovered-device.ts";
import { type Announcement, announcements } from "../homeassistant/discovery.ts";
import { REPEAT_MS } from "../mqtt/retained-board.ts";

export interface DiscoveryPlan {
  readonly prefix: string;
  readonly announcements: readonly Announcement[];
}

/** Undefined where the configuration doesn't ask for it. */
export function discoveryPlan(config: BoardConfig, uid: string, version: string): DiscoveryPlan | undefined {
  const { id, hardware, mqtt } = boardPlan(config);
  const { root, homeAssistant } = mqtt;
  if (homeAssistant === undefined) return undefined;
  const board = { id, root, uid, version, hardware, repeatMs: REPEAT_MS };
  const { prefix } = homeAssistant;
  return { prefix, announcements: announcements(prefix, board, discoveredDevices(config)) };
}

/** Every device and controller, in the order of the file. */
export function discoveredDevices(config: BoardConfig): readonly DiscoveredDevice[] {
  const devices = devicePlans(config).map((plan): DiscoveredDevice => {
    const { id, kind, driver, readings, command, ladder, ownedBy, lent, maxOverrideMs } = plan;
    return {
      ...{ id, kind, driver, readings, command },
      part: driverNamed(driver).part,
      modes: ladder.rungs,
      ...(ownedBy !== undefined && maxOverrideMs !== undefined && { owner: { id: ownedBy, maxOverrideMs } }),
      ...(lent && maxOverrideMs !== undefined && { lent: { maxOverrideMs } }),
    };
  });
  const controllers = controllerPlans(config).map((plan): DiscoveredDevice => {
    const { id, kind, readings, command, ladder } = plan;
    const about = { id, driver: kind, readings, command, modes: ladder.rungs };
    return { ...about, kind: "controller", part: controllerNamed(kind).part };
  });
  return [...devices, ...controllers];
}
