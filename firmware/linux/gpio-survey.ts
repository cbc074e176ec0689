import { existsSync } from "node:fs";
import type { GpioSurvey } from "../contracts/gpio-survey.ts";
import { chipPaths, GpioChip } from "./gpio-chip.ts";
import { SystemCallError } from "./system-calls.ts";

/** Every GPIO chip of this machine; of one that cannot be opened, why not (`EACCES`). */
export function surveyGpio(): readonly GpioSurvey[] {
  return existsSync("/dev") ? chipPaths().map(survey) : [];
}

function survey(path: string): GpioSurvey {
  let chip: GpioChip;
  try {
    chip = GpioChip.open(path);
  } catch (error) {
    if (error instanceof SystemCallError || (error instanceof Error && "code" in error)) {
      return { path, error: String(error.code) };
    }
    throw error;
  }
  try {
    const { label, lines } = chip.info;
    const used = Array.from({ length: lines }, (_, offset) => ({ offset, ...chip.line(offset) }))
      .filter((line) => line.used)
      .map(({ offset, name, consumer }) => ({ offset, name, consumer }));
    return { path, label, lines, used };
  } finally {
    chip.close();
  }
}
