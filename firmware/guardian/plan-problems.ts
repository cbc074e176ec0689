import type { HardwarePlan } from "../contracts/output-plan.ts";

/**
 * Policies that contradict themselves, as sentences; empty when the plan is sound. The configuration refuses
 * these earlier and says more; the guardian refuses to start with them.
 */
export function planProblems({
  outputs,
  interlocks,
}: Pick<HardwarePlan, "outputs" | "interlocks">): string[] {
  const problems: string[] = [];
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
