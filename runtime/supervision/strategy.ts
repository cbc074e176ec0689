/** Who is restarted with whom, and after which ends: the rules, over plain lists of children. */
import { type ExitReason, isOrderly } from "../process/exit-reason.ts";
import type { Restart } from "./child-spec.ts";
import type { AutoShutdown, Strategy } from "./supervisor-spec.ts";

/** A child's place in the order of starts. */
export interface Placed {
  readonly order: number;
}

/** The children that are stopped and started again with `failed`, itself among them, in the order of starts. */
export function affectedBy<C extends Placed>(strategy: Strategy, children: Iterable<C>, failed: C): C[] {
  switch (strategy) {
    case "oneForAll":
      return [...children];
    case "restForOne":
      return [...children].filter(({ order }) => order >= failed.order);
    default:
      return [failed];
  }
}

/** Do the children of one supervisor start one after the other also when they are restarted? */
export function isOrdered(strategy: Strategy): boolean {
  return strategy === "oneForAll" || strategy === "restForOne";
}

export function isRestartedAfter(restart: Restart, reason: ExitReason): boolean {
  return restart === "permanent" || (restart === "transient" && !isOrderly(reason));
}

/** A significant child ended for good; `othersRun`: other significant children still do. */
export function endsWithSignificant(autoShutdown: AutoShutdown, othersRun: boolean): boolean {
  return autoShutdown === "anySignificant" || (autoShutdown === "allSignificant" && !othersRun);
}
