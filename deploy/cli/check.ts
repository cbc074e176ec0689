import { admit } from "../admission/admit.ts";
import { VERSION } from "../board/version.ts";
import { formatProblems, problemsJson } from "../config/format-problems.ts";
import { loadConfig } from "../config/load-config.ts";
import { admissionTable } from "./admission-table.ts";
import { EXIT } from "./exit-code.ts";
import { startTable } from "./start-table.ts";

/** `holdfast check`: the problems and warnings, or what would run and how its time is used. */
export function check(file: string, { emulated, json }: { emulated: boolean; json: boolean }): void {
  const { config, problems = [], warnings } = loadConfig(file, { emulated });
  if (json) {
    process.stdout.write(`${problemsJson(problems, warnings, file)}\n`);
  } else {
    process.stdout.write(formatProblems(problems, warnings, file));
    if (config !== undefined) {
      process.stdout.write(startTable(config, { version: VERSION }));
      process.stdout.write(`\n${admissionTable(admit(config))}`);
    }
  }
  if (problems.length > 0) process.exitCode = EXIT.usage;
}
