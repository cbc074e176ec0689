import type { BusPlan, PulsePlan } from "../contracts/bus-plan.ts";
import type { OutputPlan } from "../contracts/output-plan.ts";
import { segmentsOf } from "./segments.ts";

/** What in the plans of buses nobody could carry out, as sentences: lines that are no outputs, chips on no bus. */
export function busProblems(buses: readonly BusPlan[], outputs: readonly OutputPlan[]): string[] {
  const names = segmentsOf(buses).map(({ name }) => name);
  return buses.flatMap(({ bus, rail, muxes = [], chips = [] }) => {
    const pulses = [rail, ...muxes.map(({ reset }) => reset), ...chips.map(({ reset }) => lineOf(reset))];
    const lines = pulses.flatMap((pulse) => pulse?.line ?? []);
    return [
      ...lines
        .filter((line) => !outputs.some((output) => output.line === line && output.kind === "line"))
        .map((line) => `bus ${bus}: there is no output ${line} for its recovery`),
      ...chips
        .filter((chip) => !names.includes(chip.bus))
        .map((chip) => `bus ${bus}: there is no ${chip.bus}`),
    ];
  });
}

function lineOf(reset: PulsePlan | { readonly bytes: readonly number[] } | undefined): PulsePlan | undefined {
  return reset !== undefined && "line" in reset ? reset : undefined;
}
