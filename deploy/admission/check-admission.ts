/** The last check of a configuration: does its work fit in the time there is? */
import type { BoardConfig } from "../config/board-schema.ts";
import type { Report } from "../config/problem.ts";
import { type Admission, admit } from "./admit.ts";
import { explain } from "./explain.ts";

/**
 * Tests a configuration that is right in all else and reports what does not fit. To be called before a change of
 * timing goes live, too: as long as it reports a problem, what runs goes on as it is. `valid`: all other checks, which
 * a setting that is proposed has to pass.
 */
export function checkAdmission(
  config: BoardConfig,
  valid: (config: BoardConfig) => boolean,
  report: Report,
): Admission {
  const admission = admit(config);
  explain(config, admission, { valid }, report);
  return admission;
}
