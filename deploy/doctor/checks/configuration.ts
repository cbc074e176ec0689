import { findHardware } from "../../../firmware/board/hardware-problems.ts";
import { hardwarePlan } from "../../config/plan.ts";
import type { Check, Examination } from "../examination.ts";
import type { Finding } from "../finding.ts";
import { splitSentence } from "../remedies.ts";

/** The configuration as `holdfast check` sees it, then whether this machine has what it names. */
export const checkConfiguration: Check = (examination) => [
  ...textFindings(examination),
  ...hardwareFindings(examination),
];

function textFindings({ loaded }: Examination): Finding[] {
  if (loaded === undefined) return [];
  const { problems = [], warnings } = loaded;
  return [
    ...problems.map(({ path, found, allowed, suggestion }): Finding => {
      const what = `${path || "the file"}: ${found}`;
      const remedy = `allowed is ${allowed}${suggestion === undefined ? "" : `; nearest: ${suggestion}`}`;
      return { id: "configuration.problem", verdict: "problem", what, remedy };
    }),
    ...warnings.map(({ path, message }): Finding => {
      const remedy = "holdfast check shows the place in the file";
      return { id: "configuration.warning", verdict: "advice", what: `${path}: ${message}`, remedy };
    }),
    ...(problems.length === 0 ? [summary(loaded.config)] : []),
  ];
}

function summary(config: Examination["config"]): Finding {
  const { board, hardware, devices = {}, controllers = {} } = config ?? {};
  const many = `${Object.keys(devices).length} devices, ${Object.keys(controllers).length} controllers`;
  return {
    id: "configuration.read",
    verdict: "ok",
    what: `board ${board?.id}, hardware ${hardware}: ${many}`,
  };
}

/** Each sentence of `findHardware` ends with what helps. */
function hardwareFindings({ machine, board, config }: Examination): Finding[] {
  if (board === undefined || config?.hardware !== "linux") return [];
  const { problems } = findHardware(hardwarePlan(config), board, machine.files);
  if (problems === undefined) {
    const what = "this machine has every line and bus that it names, and gives their pins no other use";
    return [{ id: "configuration.hardware", verdict: "ok", what, where: "/proc/device-tree" }];
  }
  return problems.map((sentence) => ({
    id: "configuration.hardware",
    verdict: "problem",
    where: "/proc/device-tree",
    ...splitSentence(sentence),
  }));
}
