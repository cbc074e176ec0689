/**
 * Copies of what the firmware reads, in memory, where Raspberry Pi OS has its boot partition: for the guardian and the doctor, who compare
 * them with the configuration and mount nothing.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BOOT_LEVELS } from "../../firmware/board/boot-levels.ts";
import type { FatLevels } from "./fat-levels.ts";

/** `/boot` of a slot leads to `/run/boot`. */
export const BOOT_COPIES = "/run/boot/firmware";

/** As they are now. Throws where the partition cannot be read. */
export function copyBootFiles(partition: FatLevels, folder = BOOT_COPIES): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ["config.txt", BOOT_LEVELS]) {
    const content = partition.readFile(name);
    if (content !== undefined) writeFileSync(join(folder, name), content);
  }
}
