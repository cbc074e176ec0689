/**
 * Keeps the file of boot levels as SAFETY asks: the firmware drives a line only as every release wants it that may be started
 * after it. It has read the file before anybody knows whether a release on trial is started or the one before, so
 *
 * | when | what is driven |
 * | --- | --- |
 * | nothing is on trial | the levels of the release that runs |
 * | before the record says that one is | what both agree on; a line whose level flips is left to its resistor |
 * | after its end, confirmed or gone back from | the levels of the release that runs then |
 *
 * Nothing is written where nothing changes, which is most updates.
 */
import {
  agreedLevels,
  type BootLevels,
  decodeLevels,
  encodeLevels,
  LEVEL_BYTES,
  type LevelState,
  levelSteps,
} from "../../firmware/board/level-sector.ts";
import type { LevelPlace } from "./level-place.ts";

/** `none`: the machine keeps no such file, or config.txt does not include it. */
export type LevelsOutcome = "written" | "asItWas" | "none";

/** The release that runs is the only one that may be started. Throws `LevelsError`. */
export function settleLevels(place: LevelPlace, levels: BootLevels): LevelsOutcome {
  return keep(place, levels, "settled");
}

/**
 * From now on either of two releases may be started. Where they want the same nothing is written. Throws `LevelsError`.
 */
export function levelsOfBoth(place: LevelPlace, one: BootLevels, other: BootLevels): LevelsOutcome {
  const agreed = agreedLevels(one, other);
  if (isSame(agreed, one) && isSame(agreed, other)) return "asItWas";
  return keep(place, agreed, "onTrial");
}

/** The file cannot be read or written: the message says what, where and what helps. */
export class LevelsError extends Error {
  override readonly name = "LevelsError";
}

function keep(place: LevelPlace, levels: BootLevels, state: LevelState): LevelsOutcome {
  const to = encodeLevels(levels, state);
  try {
    const from = place.read();
    if (from === undefined) return "none";
    const isOurs = from.length === LEVEL_BYTES && decodeLevels(from) !== undefined;
    const steps = isOurs ? levelSteps(from, to) : [to];
    if (steps.length > 0) place.write(steps);
    return steps.length > 0 ? "written" : "asItWas";
  } catch (error) {
    const help = "root may write there, a card that is worn out takes nothing any more";
    throw new LevelsError(
      `boot levels cannot be kept on ${place.where}: ${(error as Error).message}; ${help}`,
      { cause: error },
    );
  }
}

function isSame(one: BootLevels, other: BootLevels): boolean {
  return one.size === other.size && [...one].every(([number, options]) => other.get(number) === options);
}
