/** What a board asks of its cells, buses and cores, and what there is: printed by `holdfast check`. */
import { CORE_LIMIT_PPM } from "../../runtime/time/admission/cores.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import type { Admission, ServerVerdict } from "../admission/admit.ts";
import { percent } from "../admission/explain.ts";
import { columns } from "./columns.ts";

const COLUMNS = 100;

/**
 * The table, at most 100 columns wide, ending with a line feed. Demand and supply are those of the interval with least
 * to spare; slowest is the job with least time left before its deadline, with a bound of its response time.
 */
export function admissionTable(admission: Admission): string {
  const { cells, buses, packing } = admission;
  const rows = [
    ["time", "use", "demand", "supply", "slowest job, at most"],
    ...cells.map((cell) => serverRow("cell", cell)),
    ...buses.map((bus) => serverRow("bus", bus)),
    ...packing.cores.map(({ core, usePpm, members }) => [
      `core ${core}`,
      percent(usePpm),
      "",
      percent(CORE_LIMIT_PPM),
      members.join(", "),
    ]),
  ];
  return `${columns(rows, COLUMNS).join("\n")}\n`;
}

function serverRow(kind: string, { name, usePpm, tightest, responseUs }: ServerVerdict): string[] {
  const [slowest] = [...responseUs]
    .map(([task, us]) => ({ task, us, spareUs: task.deadlineUs - us }))
    .sort((a, b) => a.spareUs - b.spareUs);
  const words =
    slowest === undefined
      ? ""
      : `${slowest.task.name} ${time(slowest.us)} of ${time(slowest.task.deadlineUs)}`;
  const interval = tightest === undefined ? ["", ""] : [time(tightest.demandUs), time(tightest.lengthUs)];
  return [`${kind} ${name}`, percent(usePpm), ...interval, words];
}

function time(us: number): string {
  return formatDuration(us / 1000);
}
