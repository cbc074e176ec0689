import type { ExpanderPlan } from "../contracts/expander-plan.ts";
import type { HardwarePlan, OutputPlan } from "../contracts/output-plan.ts";
import { busProblems } from "./bus-problems.ts";
import { inputProblems } from "./input-problems.ts";
import { outputPlans } from "./output-set.ts";
import { segmentsOf } from "./segments.ts";

/**
 * Policies that contradict themselves, as sentences; empty when the plan is sound. The configuration refuses
 * these earlier and says more; the guardian refuses to start with them.
 */
export function planProblems(
  hardware: Pick<HardwarePlan, "outputs" | "interlocks" | "expanders"> & Partial<HardwarePlan>,
): string[] {
  const { inputs = [], interlocks, expanders = [], buses = [] } = hardware;
  const outputs = outputPlans(hardware);
  const names = segmentsOf(buses).map(({ name }) => name);
  const problems = expanders.flatMap((expander) => expanderProblems(expander, hardware.outputs, names));
  problems.push(...busProblems(buses, hardware.outputs));
  const seen = new Set<string>();
  for (const plan of outputs) {
    const say = (problem: string) => problems.push(`${plan.line}: ${problem}`);
    if (seen.has(plan.line)) say("is declared twice");
    seen.add(plan.line);
    const limits = plan.maxOnMs ?? plan.maxOnRestMs ?? plan.maxOnLatch ?? plan.minOffMs;
    if (plan.safe === "on" && limits !== undefined) {
      say("maxOn and minOff keep an output off, which contradicts safe: on");
    }
    if (plan.onCrash === "hold" && plan.leaseMs !== undefined) say("hold excludes a lease");
    if (plan.onCrash !== "hold" && plan.holdForMs !== undefined) say("holdFor needs onCrash: hold");
    if (plan.maxOnMs === undefined && (plan.maxOnRestMs ?? plan.maxOnLatch) !== undefined) {
      say("maxOnRest and maxOnLatch need maxOn");
    }
  }
  problems.push(...inputProblems(inputs, seen));
  for (const { name, lines } of interlocks ?? []) {
    for (const line of lines) {
      const plan = outputs.find((output) => output.line === line);
      if (plan === undefined) problems.push(`interlock ${name}: there is no output ${line}`);
      else if (plan.safe === "on" || plan.onCrash !== "safe") {
        problems.push(`interlock ${name}: ${line} must be safe: off and onCrash: safe`);
      }
    }
  }
  return problems;
}

function expanderProblems(
  { expander, bus, pins, rail, outputs }: ExpanderPlan,
  lines: readonly OutputPlan[],
  buses: readonly string[],
): string[] {
  const problems: string[] = [];
  const say = (problem: string) => problems.push(`expander ${expander}: ${problem}`);
  if (!buses.includes(bus)) say(`there is no bus ${bus}`);
  for (const [at, { line, kind, pin, onCrash }] of outputs.entries()) {
    if (kind !== "line") say(`${line} cannot be PWM`);
    if (!Number.isInteger(pin) || pin < 0 || pin >= pins) say(`${line} has no pin ${pin} of ${pins}`);
    if (outputs.findIndex((one) => one.pin === pin) < at) say(`pin ${pin} is used twice`);
    if (onCrash === "release") say(`${line} cannot be released: a bus cannot promise that it was`);
  }
  if (rail === undefined) return problems;
  const feeds = lines.find(({ line }) => line === rail);
  if (
    feeds?.kind !== "line" ||
    feeds.safe !== "off" ||
    feeds.onCrash !== "hold" ||
    feeds.holdForMs !== undefined
  ) {
    say(`its rail ${rail} must be a line that is safe: off and holds`);
  }
  return problems;
}
