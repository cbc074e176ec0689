/** The configuration for a process of the chain: it was checked before; a problem now ends the process. */
import type { BoardConfig } from "../config/board-schema.ts";
import { formatProblems } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import type { BoardOptions } from "./options.ts";

/** `from`: where it is read, when that is a copy. */
export function checkedConfig(
  { config, emulated }: Pick<BoardOptions, "config" | "emulated">,
  from = config,
): BoardConfig {
  const result = loadConfig(from, { emulated });
  if (result.config !== undefined) return result.config;
  process.stderr.write(`${formatProblems(result.problems, result.warnings, config)}\n`);
  process.exit(2);
}
