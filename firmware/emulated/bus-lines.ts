import type { PulsePlan } from "../contracts/bus-plan.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import type { EmulatedBus } from "./emulated-bus.ts";
import type { EmulatedLines } from "./emulated-lines.ts";

/**
 * Connects the lines that a plan gives its buses for recovery with what they are wired to: reset inputs of chips and
 * multiplexers, switches of rails. `buses` has the channels of multiplexers, too. Takes the listener of `lines`.
 */
export function wireBusLines(
  { outputs, buses: plans }: Pick<HardwarePlan, "outputs" | "buses">,
  lines: EmulatedLines,
  buses: Readonly<Record<string, EmulatedBus>>,
): void {
  const effects = new Map<string, ((away: boolean) => void)[]>();
  const wire = (pulse: PulsePlan | undefined, effect: (away: boolean) => void) => {
    if (pulse !== undefined) effects.set(pulse.line, [...(effects.get(pulse.line) ?? []), effect]);
  };
  for (const { bus, rail, muxes = [], chips = [] } of plans) {
    wire(rail, (away) => buses[bus]!.power(!away));
    for (const { address, reset } of muxes) wire(reset, (away) => away && buses[bus]!.reset(address));
    for (const { bus: segment, address, reset } of chips) {
      if (reset !== undefined && "line" in reset)
        wire(reset, (away) => away && buses[segment]!.reset(address));
    }
  }
  const safe = new Map(
    outputs.map(({ line, safe, activeLow }) => [line, (safe === "on") !== activeLow ? 1 : 0]),
  );
  lines.onOutput((line, level) => {
    for (const effect of effects.get(line) ?? []) effect(level !== safe.get(line));
  });
}
