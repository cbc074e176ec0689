/**
 * The release that a new card carries as slot a, called as a bundle with nothing but that slot would be (`holdfast release
 * --image-only`): so a board says from its first boot on which release it runs, and knows it when that one is offered.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoardConfig } from "../config/board-schema.ts";
import { aboutRelease } from "../release/about-release.ts";
import { ROOT } from "../release/application.ts";
import { manifestOf } from "../release/bundle-writer.ts";
import { encodeManifest, type Manifest, type ReleaseId, releaseId } from "../release/manifest.ts";
import { SLOT_PAYLOAD } from "../update/disk-slots.ts";

export interface FirstRelease {
  readonly manifest: Manifest;
  readonly release: ReleaseId;
}

/** `application`: its folder, as `buildApplication` laid it out; `slot`: the file made of it. */
export async function firstRelease(
  application: string,
  config: BoardConfig,
  slot: string,
): Promise<FirstRelease> {
  const { version, createdS } = JSON.parse(readFileSync(join(application, "package.json"), "utf8")) as {
    version: string;
    createdS: number;
  };
  const laidOut = { folder: application, target: "linux-arm64", version, createdS, config } as const;
  const about = await aboutRelease(laidOut, { root: ROOT, anyBoard: false });
  const manifest = await manifestOf(about, [{ name: SLOT_PAYLOAD, file: slot }]);
  return { manifest, release: releaseId(encodeManifest(manifest)) };
}
