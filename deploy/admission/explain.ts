/** Refusals as problems of the file: what was asked, what there is, and which setting would make it fit. */
import { CORE_LIMIT_PPM } from "../../runtime/time/admission/cores.ts";
import type { Refusal } from "../../runtime/time/admission/edf-test.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { type Path, type Report, show } from "../config/problem.ts";
import { busClock } from "../config/wired-buses.ts";
import { type Admission, type Refused, refusedOf } from "./admit.ts";
import { sectionOf } from "./changed-config.ts";
import { type RemedyOptions, remediesFor } from "./remedies.ts";
import type { Remedy } from "./remedy.ts";

/** Finding a remedy costs some tenths of a second on a large board; where much does not fit, the cause is often one. */
const EXPLAINED = 4;

/** Reports everything that does not fit, and warns of best-effort jobs that will be shed. */
export function explain(
  config: BoardConfig,
  admission: Admission,
  options: RemedyOptions,
  report: Report,
): void {
  for (const [index, refused] of refusedOf(admission).entries()) {
    const remedies = index < EXPLAINED ? remediesFor(config, refused, options) : undefined;
    const at = placeOf(config, refused, remedies ?? []);
    const value = valueAt(config, at);
    const found = `${value === undefined ? "" : `${show(value)}: `}${demandWords(refused)}`;
    const suggestion = remedies?.find((remedy) => remedy.at?.join() === at.join())?.value;
    report.add({
      at,
      found,
      allowed: remedyWords(remedies),
      ...(suggestion !== undefined && { suggestion }),
    });
  }
  for (const { kind, name, owners, sheds } of [...admission.cells, ...admission.buses]) {
    if (sheds === undefined || !("task" in sheds)) continue;
    const owner = owners.get(sheds.task)!;
    const message = `best-effort: not always in time, ${refusalWords(kind, name, sheds)}`;
    report.warning([sectionOf(config, owner), owner, "criticality"], message);
  }
}

/** Demand, supply and interval in words: `cell soil: up to 26.1ms of work within 10ms, for soil`. */
export function refusalWords(kind: "cell" | "bus", name: string, refusal: Refusal): string {
  const where = `${kind} ${name}`;
  switch (refusal.why) {
    case "demand": {
      const { task, demandUs, lengthUs } = refusal;
      const apart = task.parts.some(({ waitUs }) => waitUs > 0) ? ", the waits of its chip apart" : "";
      return `${where} may be asked for ${us(demandUs)} of work within ${us(lengthUs)} (${task.name}${apart})`;
    }
    case "waits":
      return `a job of ${refusal.task.name} may take ${us(refusal.demandUs)} in ${where}, waits of its chip included, and has ${us(refusal.lengthUs)}`;
    case "use":
      return `${where} is asked for ${percent(refusal.usePpm)} of its time`;
    case "undecided":
      return `${where} is so near to full that no test ends (${refusal.task.name})`;
  }
}

/** 0.5 % to `0.5%`; rounded up. */
export function percent(ppm: number): string {
  return `${(Math.ceil(ppm / 1000) / 10).toFixed(1)}%`;
}

function demandWords(refused: Refused): string {
  if (refused.kind !== "cores") return refusalWords(refused.kind, refused.verdict.name, refused.refusal);
  const { cores, left } = refused.packing;
  const askedPpm = [...cores, ...left.map(({ load }) => load)].reduce((sum, { usePpm }) => sum + usePpm, 0);
  const names = left.slice(0, 3).map(({ load }) => load.name);
  const more = left.length > names.length ? ` and ${left.length - names.length} more` : "";
  return `all threads ask for ${percent(askedPpm)} of a core, and each of ${cores.length} may be used to ${percent(CORE_LIMIT_PPM)}: no room for ${names.join(", ")}${more}`;
}

function remedyWords(remedies: readonly Remedy[] | undefined): string {
  if (remedies === undefined) return "less work: what fits is looked for once those above fit";
  if (remedies.length === 0) return "less work: no single setting makes it fit";
  return `what fits: ${remedies.map(({ words }) => words).join(", or ")}`;
}

/** The value that a remedy would change; else the period of whoever is late, or the speed of the bus. */
function placeOf(config: BoardConfig, refused: Refused, remedies: readonly Remedy[]): Path {
  if (refused.kind === "cores") return ["admission", "cores"];
  const [best] = remedies.flatMap(({ at }) => (at === undefined ? [] : [at]));
  if (best !== undefined) return best;
  if (refused.kind === "bus") {
    const { name } = refused.verdict;
    return [busClock(config, name)?.kind === "spi" ? "spi" : "buses", name, "speed"];
  }
  const [first = ""] = refused.verdict.owners.values();
  const owner = "task" in refused.refusal ? refused.verdict.owners.get(refused.refusal.task)! : first;
  return [sectionOf(config, owner), owner, "every"];
}

function valueAt(config: BoardConfig, at: Path): unknown {
  return at.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], config);
}

function us(value: number): string {
  return formatDuration(value / 1000);
}
