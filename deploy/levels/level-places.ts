/** Which boot partition a machine has. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BOOT_FOLDERS } from "../../firmware/board/boot-levels.ts";
import type { UpdatePlace } from "../update/update-place.ts";
import { FatLevels } from "./fat-levels.ts";
import { FolderLevels } from "./folder-levels.ts";
import type { LevelPlace } from "./level-place.ts";

/** Of a machine whose slots are there; undefined: it has none, so it is no Pi. */
export function levelPlace(
  slots: UpdatePlace | undefined,
  folders: readonly string[] = BOOT_FOLDERS,
): LevelPlace | undefined {
  if (slots?.kind === "disk") return new FatLevels(slots.boot);
  const folder = folders.find((one) => existsSync(join(one, "config.txt")));
  return folder === undefined ? undefined : new FolderLevels(folder);
}
