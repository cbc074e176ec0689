/** `holdfast boot-levels --settle`: what the firmware drives follows the release that runs; started by the board, not by people. */
import { bootLevels } from "../../firmware/board/boot-levels.ts";
import type { BootLevels } from "../../firmware/board/level-sector.ts";
import { formatProblems } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { hardwarePlan } from "../config/plan.ts";
import { BOOT_COPIES, copyBootFiles } from "../levels/boot-copies.ts";
import { FatLevels } from "../levels/fat-levels.ts";
import { type LevelsOutcome, settleLevels } from "../levels/kept-levels.ts";
import type { LevelPlace } from "../levels/level-place.ts";
import { levelPlace } from "../levels/level-places.ts";
import type { UpdatePlace } from "../update/update-place.ts";
import { CliError, EXIT } from "./exit-code.ts";

export interface SettleFlags {
  readonly json: boolean;
  /** Where the board's slots are; undefined: it has none, and no release is ever on trial. */
  readonly slots: UpdatePlace | undefined;
  /** The board's configuration. */
  readonly file: string;
  /** Where a boot partition that nobody mounts is shown. */
  readonly copies?: string;
}

const WORDS: Readonly<Record<LevelsOutcome | "onTrial", string>> = {
  written: "the levels from power-up on are written anew; they count from the next start on",
  asItWas: "the levels from power-up on are those of the configuration",
  none: "this machine keeps no levels from power-up on: config.txt includes no holdfast-gpio.txt",
  onTrial: "a release is on trial: the levels from power-up on follow at its end",
};

/** Throws `CliError`: a configuration with problems, or a boot partition that cannot be read or written. */
export function settleBootLevels({ json, slots, file, copies = BOOT_COPIES }: SettleFlags): void {
  const { config, problems = [], warnings } = loadConfig(file);
  if (config === undefined) throw new CliError(EXIT.usage, formatProblems(problems, warnings, file));
  // An emulated board drives nothing of the machine that it runs on.
  const levels = config.hardware === "linux" ? bootLevels(hardwarePlan(config)) : new Map();
  const place = levelPlace(slots);
  const outcome = settled(place, slots, levels);
  if (outcome === "written" && place instanceof FatLevels) copyBootFiles(place, copies);
  process.stdout.write(
    json ? `${JSON.stringify({ levels: outcome, where: place?.where ?? null })}\n` : `${WORDS[outcome]}\n`,
  );
}

function settled(
  place: LevelPlace | undefined,
  slots: UpdatePlace | undefined,
  levels: BootLevels,
): LevelsOutcome | "onTrial" {
  if (place === undefined) return "none";
  try {
    // While one is on trial the file is what both agree on: whoever put it on trial wrote that.
    if (slots?.records.read()?.trying !== undefined) return "onTrial";
    return settleLevels(place, levels);
  } catch (error) {
    throw new CliError(EXIT.failed, (error as Error).message);
  }
}
