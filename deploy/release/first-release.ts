/**
 * The release that a new card carries as slot a, called as a bundle of the same payloads would be: so a board says from its first
 * boot on which release it runs, knows it when it is offered, and need not get again what the next one has as well.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardConfig } from "../config/board-schema.ts";
import { aboutRelease } from "./about-release.ts";
import { ROOT } from "./application.ts";
import { manifestOf, type PayloadFile } from "./bundle-writer.ts";
import { encodeManifest, type Manifest, type ReleaseId, releaseId } from "./manifest.ts";

export interface FirstRelease {
  readonly manifest: Manifest;
  readonly release: ReleaseId;
}

/** `application`: its folder, as `buildApplication` laid it out for linux-arm64. */
export async function firstRelease(
  application: string,
  config: BoardConfig,
  parts: readonly PayloadFile[],
): Promise<FirstRelease> {
  const { version, createdS } = JSON.parse(readFileSync(join(application, "package.json"), "utf8")) as {
    version: string;
    createdS: number;
  };
  const laidOut = { folder: application, target: "linux-arm64", version, createdS, config } as const;
  const about = await aboutRelease(laidOut, { root: ROOT, anyBoard: false });
  const manifest = await manifestOf(about, parts);
  return { manifest, release: releaseId(encodeManifest(manifest)) };
}
