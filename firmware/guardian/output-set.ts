import type { HardwarePlan, OutputPlan } from "../contracts/output-plan.ts";
import { Output, type OutputEffects } from "./output.ts";

/** Every output of a plan: lines first, then the pins of expanders. */
export function outputPlans({
  outputs,
  expanders = [],
}: {
  readonly outputs: readonly OutputPlan[];
  readonly expanders?: HardwarePlan["expanders"] | undefined;
}): readonly OutputPlan[] {
  return [...outputs, ...expanders.flatMap((expander): readonly OutputPlan[] => expander.outputs)];
}

/**
 * All outputs of the guardian by their number on the wire. Lines have the numbers of the backend: outputs, then inputs;
 * the pins of expanders come after them.
 */
export class OutputSet {
  readonly all: readonly Output[];
  readonly #numbered: Output[] = [];

  constructor(plan: HardwarePlan, effects: OutputEffects, startUs: number) {
    const lines = plan.outputs.length;
    this.all = outputPlans(plan).map((output, at) => {
      const number = at < lines ? at : at + plan.inputs.length;
      this.#numbered[number] = new Output(output, number, effects, startUs);
      return this.#numbered[number];
    });
  }

  at(number: number): Output | undefined {
    return this.#numbered[number];
  }

  named(line: string): Output | undefined {
    return this.all.find(({ plan }) => plan.line === line);
  }

  /** Numbers by name. */
  numbers(): Map<string, number> {
    return new Map(this.all.map(({ plan, index }) => [plan.line, index]));
  }

  /** Outputs that are commanded to their safe level and have not read it back. */
  unsafe(): string[] {
    return this.all.filter(({ unsafe }) => unsafe).map(({ plan }) => plan.line);
  }

  /** Outputs that `maxOn` has latched off. */
  latched(): string[] {
    return this.all.filter(({ latched }) => latched).map(({ plan }) => plan.line);
  }

  /** When `expire` has something to do; Infinity when nothing is due. */
  get nextUs(): number {
    let next = Infinity;
    for (const output of this.all) next = Math.min(next, output.nextUs);
    return next;
  }

  expire(nowUs: number): void {
    for (const output of this.all) if (output.nextUs <= nowUs) output.expire(nowUs);
  }
}
