/** What the guardian leaves for the stop step, before it touches a line: in memory (/run), never on storage. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StopPlan } from "../../firmware/guardian/stop-step.ts";

export const STOP_PLAN = "stop-plan.json";

/** `folder`: the service's runtime directory, which goes with the service. */
export function leaveStopPlan(folder: string, { outputs, expanders, linux }: StopPlan): void {
  const file = join(folder, STOP_PLAN);
  writeFileSync(`${file}.new`, JSON.stringify({ outputs, expanders, linux }));
  renameSync(`${file}.new`, file);
}
