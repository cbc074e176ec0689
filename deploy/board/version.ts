/** Which Holdfast this is, and when it was built: wall time before that cannot be true. */
import { readFileSync, statSync } from "node:fs";

export const VERSION: string = JSON.parse(
  readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
).version;
export const BUILT_AT_MS = statSync(new URL(import.meta.url)).mtimeMs;
