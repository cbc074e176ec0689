/** The buses of a configuration on Raspberry Pi OS, which has none of them turned on. */
import { configCommands } from "../../firmware/board/boot-levels.ts";
import { busSettings } from "../../firmware/board/bus-settings.ts";
import type { HardwarePlan } from "../../firmware/contracts/output-plan.ts";
import type { BootFiles } from "./boot-files.ts";
import type { Ext4Entry } from "./ext4-part.ts";

/** What the kernel has to load for I2C: no device tree asks for it. SPI and 1-wire come by themselves. */
export function busEntries({ buses }: Pick<HardwarePlan, "buses">): Ext4Entry[] {
  if (buses.every(({ spi, w1 }) => spi !== undefined || w1 !== undefined)) return [];
  return [
    { path: "/etc/modules-load.d", folder: true, mode: 0o755 },
    { path: "/etc/modules-load.d/holdfast.conf", text: "# holdfast: I2C\ni2c-dev\n", mode: 0o644 },
  ];
}

/** Adds to config.txt what is not there yet; an empty `dtoverlay` ends the one before, so that parameters are the board's. */
export function writeBusSettings(boot: BootFiles, plan: Pick<HardwarePlan, "buses" | "outputs">): void {
  const before = boot.read("config.txt") ?? "";
  const there = configCommands(before);
  const missing = busSettings(plan).filter((line) => !there.includes(line));
  if (missing.length === 0) return;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  const lines = ["[all]", "# holdfast: what its configuration uses", "dtoverlay=", ...missing];
  boot.write("config.txt", `${before}${gap}\n${lines.join("\n")}\n`);
}
