/** What the guardian leaves for the stop step, before it touches a line: in memory (/run), never on storage. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GuardianPlan } from "../../firmware/contracts/guardian-plan.ts";
import type { StopPlan } from "../../firmware/guardian/stop-step.ts";

export const STOP_PLAN = "stop-plan.json";

/** `folder`: the service's runtime directory, which goes with the service. */
export function leaveStopPlan(
  folder: string,
  {
    outputs,
    expanders,
    linux,
    buses,
  }: Pick<GuardianPlan, "outputs" | "expanders" | "buses"> & Pick<StopPlan, "linux">,
): void {
  const file = join(folder, STOP_PLAN);
  const muxes = Object.fromEntries(
    buses.map(({ bus, muxes = [] }) => [bus, muxes.map(({ address }) => address)]),
  );
  const plan: StopPlan = { outputs, ...(expanders && { expanders }), linux, muxes };
  writeFileSync(`${file}.new`, JSON.stringify(plan));
  renameSync(`${file}.new`, file);
}
