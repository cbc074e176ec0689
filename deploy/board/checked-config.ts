/** The configuration for a process of the chain: it was checked before; a problem now ends the process. */
import type { BoardConfig } from "../config/board-schema.ts";
import { formatProblems } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import type { BoardOptions } from "./options.ts";

type Where = Pick<BoardOptions, "config" | "emulated">;

/** Ends the process with code 2 where the configuration has problems, which it prints. `from`: where it is read, when that is a copy. */
export function checkedConfig(options: Where, from = options.config): BoardConfig {
  return wholeConfig(options, from) ?? process.exit(2);
}

/** Undefined where it has problems, which it prints. */
export function wholeConfig({ config, emulated }: Where, from = config): BoardConfig | undefined {
  const result = loadConfig(from, { emulated });
  if (result.config === undefined)
    process.stderr.write(`${formatProblems(result.problems, result.warnings, config)}\n`);
  return result.config;
}
