/** What a fleet is brought: the bundle that is pushed, and those of boards of another kind. */
import { resolve } from "node:path";
import { bundleHead } from "./bundle-head.ts";
import { fileSource } from "./file-source.ts";
import type { Fleet } from "./fleet-file.ts";

/** One name for all of it, the same as long as no bundle is another; and the version of the one that is pushed. */
export interface FleetRelease {
  readonly release: string;
  readonly version: string;
}

/**
 * Reads the head of each bundle before anybody is pushed to. `folder`: of boards.json, from where its bundles are looked for. Throws
 * `UpdateError` `noBundle`, `BundleError`.
 */
export async function fleetRelease({ waves }: Fleet, file: string, folder: string): Promise<FleetRelease> {
  const others = waves
    .flat()
    .flatMap(({ bundle }) => (bundle === undefined ? [] : [resolve(folder, bundle)]));
  const { release, version } = await headOf(file);
  const ids = await Promise.all([...new Set(others)].sort().map(headOf));
  return { release: [release, ...ids.map((id) => id.release)].join(" "), version };
}

async function headOf(file: string): Promise<FleetRelease> {
  const source = await fileSource(file);
  try {
    const { release, manifest } = await bundleHead(source, file);
    return { release, version: manifest.version };
  } finally {
    await source.close();
  }
}
