/** Whether the code of a board's devices and controllers can go live, and which of it counts at a start of the runtime. */
import type { ControllerPlan } from "../../devices/handler/device-plan.ts";
import type { Placement } from "../config/placement.ts";
import type { PlansInForce } from "../reload/plans-in-force.ts";
import type { LivePlace } from "./live-place.ts";
import { programIn, readLive } from "./live-record.ts";

export interface LiveCodeFacts {
  /** Undefined: the board has no slots. */
  readonly place: LivePlace | undefined;
  readonly placements: readonly Placement[];
  readonly controllers: readonly ControllerPlan[];
  /** Whose driver is on trial. */
  readonly trials: ReadonlySet<string>;
  readonly plans: Pick<PlansInForce, "before">;
}

/** A sentence; undefined where it can. */
export function whyNoLiveCode({
  place,
  placements,
  controllers,
  trials,
  plans,
}: LiveCodeFacts): string | undefined {
  if (place === undefined) return "this board has no slots to have another release's code from";
  const shared = placements.find((placement) => placement.shared);
  if (shared !== undefined)
    return `${shared.members.join(", ")} share a cell, and code is changed a cell at a time`;
  const abroad = controllers.find(({ input, output }) => input.abroad ?? output.abroad);
  if (abroad !== undefined) return `${abroad.id} works with another board, and its links stay with its code`;
  if (trials.size > 0) return `a driver of ${[...trials].join(", ")} is on trial`;
  return plans.before.length > 0 ? "the configuration is being changed" : undefined;
}

/** URL of the program that a live change left to devices and controllers; undefined: the one beside the runtime. */
export function keptProgram(place: LivePlace | undefined): string | undefined {
  const live = place && readLive(place);
  return live && programIn(place, live.slot);
}
