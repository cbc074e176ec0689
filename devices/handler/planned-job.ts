/** The periodic job of a device's mode, or of a controller, as it is planned. */
import type { Criticality } from "../../runtime/time/job.ts";
import { firstReleaseUs, PeriodicJob } from "../../runtime/time/periodic-job.ts";
import type { JobPlan } from "./device-plan.ts";

/** `firstUs`: its first release, where that is known; else the first of its grid from `nowUs` on. */
export function plannedJob(
  name: string,
  { everyMs, phaseUs, ...times }: JobPlan,
  criticality: Criticality,
  nowUs: number,
  firstUs?: number,
): PeriodicJob {
  const periodUs = everyMs * 1000;
  return new PeriodicJob(
    { name, periodUs, criticality, ...times },
    firstUs ?? firstReleaseUs(nowUs, periodUs, phaseUs),
  );
}
