import type { BootLevels } from "../../firmware/board/level-sector.ts";

/** Levels as `holdfast boot-levels --json` prints them, by the number of their line: `{"GPIO17": "op,dl"}`. */
export function answeredLevels(levels: Readonly<Record<string, string>>): BootLevels {
  return new Map(
    Object.entries(levels).flatMap(([line, options]) => {
      const [, number] = /^GPIO(\d+)$/.exec(line) ?? [];
      return number === undefined ? [] : [[Number(number), options] as const];
    }),
  );
}
