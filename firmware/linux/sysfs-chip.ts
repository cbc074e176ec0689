import { textFile } from "../board/text-file.ts";
import type { SystemFiles } from "../contracts/system-files.ts";

const FOLDER = "/sys/class/gpio";

/** A chip as the old interface numbers it: line `offset` is `base + offset`. */
export interface SysfsChip {
  readonly base: number;
  readonly lines: number;
}

/**
 * The chip with this label. Its base is 0 on old kernels, 512, 571 or another number on newer ones, so it is
 * always looked up. Undefined when there is no such chip, or no such interface (Raspberry Pi OS since Trixie).
 */
export function sysfsChip(files: SystemFiles, label: string): SysfsChip | undefined {
  for (const name of files.list(FOLDER)) {
    if (!name.startsWith("gpiochip") || textFile(files, `${FOLDER}/${name}/label`) !== label) continue;
    const base = Number(textFile(files, `${FOLDER}/${name}/base`));
    const lines = Number(textFile(files, `${FOLDER}/${name}/ngpio`));
    return { base, lines };
  }
  return undefined;
}
