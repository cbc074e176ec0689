/** What commands have changed and a restart must not forget: setpoints. Without it the configuration's values hold. */
import { join } from "node:path";
import { KeptRecords } from "./kept-records.ts";

type Values = Readonly<Record<string, number | boolean>>;

const WRITE_EVERY_MS = 1000;

/** Of one board, below the state folder. */
export function keptSettings(folder: string, board: string): KeptRecords<Values> {
  const file = join(folder, board, "settings.json");
  return new KeptRecords({ file, isRecord: isValues, writeEveryMs: WRITE_EVERY_MS });
}

function isValues(value: unknown): value is Values {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every((item) => typeof item === "number" || typeof item === "boolean");
}
