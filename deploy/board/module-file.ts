/** Where a module is that the configuration names. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RELEASE_FOLDER } from "./version.ts";

/**
 * Of a release its own, which comes and goes with it while the configuration stays; else the one beside the configuration.
 * `release`: its folder, undefined in a checkout.
 */
export function moduleFile(path: string, configFile: string, release = RELEASE_FOLDER): string {
  const own = release === undefined ? undefined : join(release, path);
  return own !== undefined && existsSync(own) ? own : resolve(dirname(configFile), path);
}
