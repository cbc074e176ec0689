import type { InputPlan } from "../contracts/output-plan.ts";

/** Inputs that contradict themselves or the outputs, as sentences. `taken`: lines that are outputs. */
export function inputProblems(inputs: readonly InputPlan[], taken: ReadonlySet<string>): string[] {
  const seen = new Set(taken);
  return inputs.flatMap(({ line, debounceMs, glitchFilterMs }) => {
    const problems: string[] = [];
    if (seen.has(line)) problems.push(`${line}: is declared twice`);
    seen.add(line);
    if (debounceMs !== undefined && glitchFilterMs !== undefined) {
      problems.push(`${line}: a debounce excludes a glitch filter, whose pulses are shorter`);
    }
    return problems;
  });
}
