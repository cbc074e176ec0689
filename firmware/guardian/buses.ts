import type { Backend } from "../contracts/backend.ts";
import type { BusPlan } from "../contracts/bus-plan.ts";
import type { BusReport } from "../contracts/bus-report.ts";
import type { FrameReader } from "../transport/frame.ts";
import type { BusAnswers } from "./bus-answers.ts";
import { BusOwner } from "./bus-owner.ts";
import type { PolicyTransfer } from "./policy-transfer.ts";
import { type Segment, segmentsOf } from "./segments.ts";

/** The buses of a plan: adapters with an owner each, and channels of multiplexers, which lead to the adapter's. */
export class Buses {
  /** Their numbers on the wire, by name. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly #segments: readonly Segment[];
  readonly #owners: readonly BusOwner[];

  constructor(plans: readonly BusPlan[], backend: Backend, answers: BusAnswers, nowUs: number) {
    const segments = segmentsOf(plans);
    this.#segments = segments;
    this.numbers = new Map(segments.map(({ name }, number) => [name, number]));
    this.#owners = plans.map((plan, adapter) => {
      return new BusOwner({ plan, adapter, segments }, backend, answers, nowUs);
    });
  }

  /** The owner of an adapter, by its number in the plan. */
  at(adapter: number): BusOwner | undefined {
    return this.#owners[adapter];
  }

  /** Takes a transfer frame; anything but `ok` is the answer at once. */
  submit(frame: FrameReader, incarnation: number, nowUs: number): "ok" | "refused" {
    const segment = this.#segments[frame.u16(0)];
    if (segment === undefined) return "refused";
    return this.#owners[segment.adapter]!.submit(frame, incarnation, nowUs);
  }

  /** A transfer of the guardian's own on a bus of this name. Throws RangeError when there is none; see `BusOwner.policy`. */
  policy(bus: string, transfer: Omit<PolicyTransfer, "segment">, nowUs: number): void {
    const segment = this.numbers.get(bus);
    if (segment === undefined) throw new RangeError(`there is no bus ${bus}`);
    this.#owners[this.#segments[segment]!.adapter]!.policy(Object.assign(transfer, { segment }), nowUs);
  }

  /** When `expire` has something to do; Infinity when nothing is due. */
  get nextUs(): number {
    let next = Infinity;
    for (const owner of this.#owners) next = Math.min(next, owner.nextUs);
    return next;
  }

  expire(nowUs: number): void {
    for (const owner of this.#owners) if (owner.nextUs <= nowUs) owner.expire(nowUs);
  }

  report(nowUs: number): readonly BusReport[] {
    return this.#owners.map((owner) => owner.report(nowUs));
  }
}
