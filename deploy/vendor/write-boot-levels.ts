/** Safe levels as a file of their own that config.txt includes, once. */
import { BOOT_LEVELS, includesBootLevels } from "../../firmware/board/boot-levels.ts";
import type { BootFiles } from "./boot-files.ts";
import { VendorError } from "./vendor-error.ts";

/** Throws `VendorError` where there is no config.txt: then it is no Pi's boot partition. */
export function writeBootLevels(boot: BootFiles, text: string): void {
  const before = boot.read("config.txt");
  if (before === undefined)
    throw new VendorError(
      "notRaspberryPiOs",
      "there is no config.txt: this is not the boot partition of Raspberry Pi OS",
    );
  boot.write(BOOT_LEVELS, text);
  if (includesBootLevels(before)) return;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  boot.write("config.txt", `${before}${gap}\n[all]\ninclude ${BOOT_LEVELS}\n`);
}
