/** Which release this program is of, as its own package.json says; undefined for a checkout, which is none. */
import { readFileSync } from "node:fs";
import type { RunningRelease } from "./gate.ts";

export function ownRelease(
  file: URL = new URL("../../../package.json", import.meta.url),
): RunningRelease | undefined {
  const { version, createdS } = JSON.parse(readFileSync(file, "utf8")) as {
    version?: unknown;
    createdS?: unknown;
  };
  if (typeof version !== "string" || typeof createdS !== "number") return undefined;
  return { version, created: new Date(createdS * 1000).toISOString() };
}
