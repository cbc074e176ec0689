/** Programs of threads and processes that stand beside this file. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The compiled and the source form have the same name. */
export function programNear(name: string): URL {
  const compiled = new URL(`./${name}.js`, import.meta.url);
  return existsSync(fileURLToPath(compiled)) ? compiled : new URL(`./${name}.ts`, import.meta.url);
}
