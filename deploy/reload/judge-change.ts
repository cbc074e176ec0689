/**
 * Whether a running board can take another configuration as it is, and what of it changes then. Both have passed every
 * check. Pure.
 */

import type { ControllerPlan, DevicePlan } from "../../devices/handler/device-plan.ts";
import { isSamePlan } from "../../devices/handler/replan.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { controllerPlans, devicePlans, hardwarePlan } from "../config/plan.ts";
import { pathText, show } from "../config/problem.ts";
import { type ConfigChange, configChanges } from "./config-changes.ts";
import { whyRestart } from "./live-fields.ts";

/** One value that differs, for people. */
export interface FieldChange {
  /** `devices.climate.every` */
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** Why it cannot change while the board runs; absent where it can. */
  readonly restart?: string;
}

/** A device or controller that gets another plan. */
export interface Replanned {
  readonly plan: DevicePlan | ControllerPlan;
  /** What commands had changed and is written anew. */
  readonly forget: readonly string[];
}

export interface JudgedChange {
  /** Empty: both say the same. */
  readonly changes: readonly FieldChange[];
  /** Only where no change needs a restart. */
  readonly replanned: readonly Replanned[];
}

type Plan = DevicePlan | ControllerPlan;

/** What others than its process have of a plan, and the field by which it can come to change although that is live. */
const FIXED_BY: Readonly<Record<string, string>> = {
  precision: "every",
  output: "settings",
  input: "settings",
  chip: "settings",
  readings: "settings",
};

export function judgeChange(old: BoardConfig, next: BoardConfig): JudgedChange {
  const changes = configChanges(old, next);
  const before = plansOf(old);
  const after = plansOf(next);
  const isAnnounced = next.mqtt?.homeAssistant !== undefined;
  const told = changes.map((change) => inWords(change, whyNot(change, before, after, isAnnounced)));
  if (told.some(({ restart }) => restart !== undefined)) return { changes: told, replanned: [] };
  if (!isSamePlan(hardwarePlan(old), hardwarePlan(next)))
    throw new Error(`the guardian's plan changes by ${told.map(({ path }) => path).join(", ")}`);
  const replanned = [...after.values()]
    .filter((plan) => !isSamePlan(plan, before.get(plan.id)))
    .map((plan) => ({ plan, forget: writtenAnew(changes, plan.id) }));
  return { changes: told, replanned };
}

function plansOf(config: BoardConfig): ReadonlyMap<string, Plan> {
  return new Map([...devicePlans(config), ...controllerPlans(config)].map((plan) => [plan.id, plan]));
}

function whyNot(
  { at }: ConfigChange,
  before: ReadonlyMap<string, Plan>,
  after: ReadonlyMap<string, Plan>,
  isAnnounced: boolean,
): string | undefined {
  const [, id = "", field] = at;
  const named = whyRestart(at);
  const [old, next] = [before.get(id), after.get(id)];
  if (named !== undefined || old === undefined || next === undefined) return named;
  const fixed = isAnnounced ? { ...FIXED_BY, command: "settings" } : FIXED_BY;
  const [part] = Object.entries(fixed).find(
    ([part, by]) => by === field && !isSamePlan(partOf(old, part), partOf(next, part)),
  ) ?? [undefined];
  return part === undefined ? undefined : WHY_FIXED[part];
}

const WHY_FIXED: Readonly<Record<string, string>> = {
  precision: "with this period its cell waits another way, which it has from its start",
  output: "it changes the output as the guardian drives it",
  input: "it changes the input as the guardian reads it",
  chip: "it changes where the guardian finds it",
  readings: "it changes which readings there are, or their units",
  command: "it changes what Home Assistant was told that it takes",
};

/** Values of `settings` that a command may have changed since: what is written last counts. */
function writtenAnew(changes: readonly ConfigChange[], id: string): readonly string[] {
  return changes.flatMap(({ at: [part, whose, field, name] }) =>
    part === "controllers" && whose === id && field === "settings" && name !== undefined ? [name] : [],
  );
}

function partOf(plan: Plan, part: string): unknown {
  return (plan as unknown as Readonly<Record<string, unknown>>)[part];
}

function inWords({ at, from, to }: ConfigChange, restart: string | undefined): FieldChange {
  return { path: pathText(at), from: show(from), to: show(to), ...(restart !== undefined && { restart }) };
}
