/** boot-disk: the program, in C, that reads and writes the slot record before anything is mounted. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keptFile } from "../release/release-cache.ts";
import { runTool } from "./run-tool.ts";

/**
 * Compiles the sources of a folder for a board, static, and keeps the program in `cache` for as long as they stay as they are. Resolves
 * to its path. Throws `ReleaseError` with the compiler's words.
 */
export function bootProgram(sources: string, cache: string): Promise<string> {
  const names = readdirSync(sources).filter((name) => /\.[ch]$/.test(name));
  const digest = createHash("sha256");
  for (const name of names.sort()) digest.update(name).update(readFileSync(join(sources, name)));
  const folder = join(cache, `boot-${digest.digest("hex").slice(0, 16)}`);
  const units = names.filter((name) => name.endsWith(".c")).map((name) => join(sources, name));
  mkdirSync(folder, { recursive: true });
  return keptFile(join(folder, "boot-disk"), (file) =>
    runTool("aarch64-linux-gnu-gcc", ["-static", "-Os", "-s", "-Wall", "-Wextra", "-o", file, ...units]),
  );
}
