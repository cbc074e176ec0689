import { bootLevelProblems } from "../../../firmware/board/boot-levels.ts";
import { hardwarePlan } from "../../config/plan.ts";
import type { Check } from "../examination.ts";
import type { Finding } from "../finding.ts";

/** Whether the firmware brings every output of the configuration to its safe level at power-up. */
export const checkBootLevels: Check = ({ machine, board, config }) => {
  if (board === undefined || config?.hardware !== "linux") return [];
  const id = "outputs.bootLevels";
  const problems = bootLevelProblems(hardwarePlan(config), machine.files);
  if (problems.length === 0)
    return [{ id, verdict: "ok", what: "the firmware brings every output to its safe level at power-up" }];
  return problems.map(({ message, remedy }): Finding => ({ id, verdict: "advice", what: message, remedy }));
};
