/** What commands had changed, under bounds that may be others by now. */
import type { CommandField, CommandSpec } from "../command-spec.ts";
import type { Start } from "./device-plan.ts";

/**
 * Of values that were commanded, in this life or an earlier one, those that a command could set today. For the others the
 * configuration's own value counts: it is within its bounds, and nobody ever asked for the bound itself.
 */
export function stillAllowed(spec: CommandSpec, kept: Start["kept"]): Start["kept"] {
  return Object.fromEntries(Object.entries(kept).filter(([name, value]) => isAllowed(spec[name], value)));
}

function isAllowed(field: CommandField | undefined, value: number | boolean): boolean {
  if (field?.type !== "number") return field?.type === typeof value;
  return typeof value === "number" && value >= field.min && value <= field.max;
}
