/** A device of another board as a controller of this one reaches it. */
import type { Pid } from "../../runtime/process/pid.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { AbroadPlan } from "./device-plan.ts";

type Names = Pick<Self, "whereis">;

/** The process that speaks for it, by the public names that this board is shown. */
export function doorOf(names: Names, { door, board }: AbroadPlan): Pid | undefined {
  return names.whereis(`${door}@${board}`);
}

/** Why there is none, in one line: the board is out of reach, or does not allow it. `right`: what would, in its configuration. */
export function whyNoDoor(
  names: Names,
  { board, desk }: AbroadPlan,
  device: string,
  right: "command" | "read",
): string {
  if (names.whereis(desk) === undefined) return `noconnection: ${board} is out of reach`;
  return `${board} does not let this board ${right} ${device}: "${right}" of its "links" would`;
}
