/** What the MQTT cell is told of links with other boards. */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { BoardConfig } from "../config/board-schema.ts";
import { linkedBoards, linkTimes } from "../config/links-schema.ts";
import { devicePlans } from "../config/plan.ts";
import { lentOutputs, rightsBook, sharedDevices } from "../config/rights-schema.ts";
import { spawnModules } from "../config/spawn-modules.ts";
import type { RightsBook } from "../links/link-rights.ts";
import { moduleFile } from "./module-file.ts";

export interface LinksPlan {
  /** Of the runtime. */
  readonly life: number;
  /** Absent: all who know the secret. */
  readonly boards?: readonly string[];
  /** Absent: only over a broker on this machine. */
  readonly secretFile?: string;
  readonly heartbeatMs: number;
  readonly lostMs: number;
  /** Longest time that a command from another board lasts without another one. */
  readonly leaseMs: number;
  /** What other boards may do here. */
  readonly rights: RightsBook;
  /** Outputs that some board may command. */
  readonly lent: readonly string[];
  /** Devices whose readings some board may follow, with the names of these. */
  readonly shared: readonly { readonly device: string; readonly readings: readonly string[] }[];
  /** URLs of the modules that other boards may spawn from, by their names in the configuration. */
  readonly modules: Readonly<Record<string, string>>;
}

/** `undefined` without the section. `configFile`: paths in it are seen from there. */
export function linksPlan(
  config: BoardConfig,
  configFile: string,
  life: () => number,
): LinksPlan | undefined {
  const { links } = config;
  if (links === undefined) return undefined;
  const { secretFile } = links;
  const boards = linkedBoards(links);
  const rights = rightsBook(links);
  const seen = (path: string) => resolve(dirname(configFile), path);
  return {
    life: life(),
    ...linkTimes(links),
    ...(boards !== undefined && { boards }),
    ...(secretFile !== undefined && { secretFile: seen(secretFile) }),
    rights,
    lent: lentOutputs(rights),
    shared: devicePlans(config)
      .filter(({ id }) => sharedDevices(rights).includes(id))
      .map(({ id, readings }) => ({ device: id, readings: Object.keys(readings) })),
    modules: Object.fromEntries(
      spawnModules(config).map((module) => [module, pathToFileURL(moduleFile(module, configFile)).href]),
    ),
  };
}
