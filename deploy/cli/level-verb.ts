/** The words of `holdfast boot-levels`, for the command line. */
import { setPriority } from "node:os";
import { resolve } from "node:path";
import { goBeforeTheGuardian } from "../board/memory-rank.ts";
import { DEFAULT_CONFIG, type Flags, placeFlag, textOf } from "./flags.ts";
import type { VerbTable } from "./verb-table.ts";

/** The next start is far away, the board's work is not. */
const NICE = 19;

export function addLevelVerb(cli: VerbTable): void {
  cli
    .command("boot-levels [config]", "Print the safe levels as commands for config.txt, or write them")
    .option(
      "--write <folder>",
      "Write holdfast-gpio.txt there and have config.txt include it: /boot/firmware",
    )
    .option(
      "--settle",
      "On a board: what --write left follows the configuration, but not while a release is on trial",
    )
    .option("--slots <place>", "With --settle: folder of the slots, or disk:/dev/mmcblk0, HOLDFAST_SLOTS")
    .example("  sudo holdfast boot-levels --write /boot/firmware")
    .action(async (config: string | undefined, flags: Flags) => {
      const write = textOf(flags.write);
      const json = flags.json === true;
      const hasSlots = (textOf(flags.slots) ?? process.env.HOLDFAST_SLOTS ?? "") !== "";
      if (flags.settle === true) {
        const { settleBootLevels } = await import("./settle-levels.ts");
        goBeforeTheGuardian();
        setPriority(NICE);
        const file = config ?? (process.env.HOLDFAST_CONFIG || DEFAULT_CONFIG);
        return settleBootLevels({ json, slots: hasSlots ? placeFlag(flags) : undefined, file });
      }
      const { printBootLevels } = await import("./boot-levels.ts");
      return printBootLevels(config ?? DEFAULT_CONFIG, {
        json,
        ...(write !== undefined && { write: resolve(write) }),
      });
    });
}
