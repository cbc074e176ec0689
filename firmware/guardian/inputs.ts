import type { Backend } from "../contracts/backend.ts";
import type { GuardianEvent } from "../contracts/control.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import { FrameWriter, KIND } from "../transport/frame.ts";
import type { GuardianSinks } from "./guardian.ts";
import { Input, type InputEffects } from "./input.ts";
import { LostEdges } from "./lost-edges.ts";
import type { Owners } from "./owners.ts";

/** The inputs of a plan: their edges go to whoever reads them, by name of owner and epoch. */
export class Inputs implements InputEffects {
  readonly #inputs: readonly Input[];
  readonly #first: number;
  readonly #backend: Backend;
  readonly #owners: Owners;
  readonly #sinks: GuardianSinks;
  readonly #lost = new LostEdges();
  readonly #frame = new FrameWriter();

  constructor(plan: HardwarePlan, backend: Backend, owners: Owners, sinks: GuardianSinks) {
    this.#first = plan.outputs.length;
    this.#backend = backend;
    this.#owners = owners;
    this.#sinks = sinks;
    this.#inputs = plan.inputs.map(
      (input, index) => new Input(input, this.#first + index, this, backend.debounces),
    );
  }

  /** By its number in the plan; undefined for what is no input. */
  at(line: number): Input | undefined {
    return this.#inputs[line - this.#first];
  }

  edge(line: number, electrical: 0 | 1, atUs: number, nowUs: number): void {
    this.at(line)?.edge(electrical, atUs, nowUs);
  }

  edgesLost(line: number, edges: number, nowUs: number): void {
    const input = this.at(line);
    if (input === undefined) return;
    const event = this.#lost.count(input.plan.line, edges, nowUs);
    if (event !== undefined) this.event(event);
    input.lost(edges);
  }

  /** When `expire` must be called next; Infinity when nothing is due. */
  get nextUs(): number {
    let next = Infinity;
    for (const input of this.#inputs) next = Math.min(next, input.nextUs);
    return next;
  }

  expire(nowUs: number): void {
    for (const input of this.#inputs) if (input.nextUs <= nowUs) input.expire(nowUs);
  }

  // InputEffects.

  pass({ index }: Input, level: 0 | 1, atUs: number): void {
    for (const owner of this.#owners.readersOf(index)) {
      const epoch = this.#owners.epochOf(owner);
      this.#sinks.send(
        this.#frame.begin(KIND.edge, 0, 0, owner, epoch, 0).u16(index).u8(level).u8(0).f64(atUs),
      );
    }
  }

  listen({ index }: Input, on: boolean): void {
    this.#backend.listen(index, on);
  }

  event(event: GuardianEvent): void {
    this.#sinks.event(event);
  }
}
