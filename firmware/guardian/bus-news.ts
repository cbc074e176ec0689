import type { BusRung, GuardianEvent } from "../contracts/control.ts";
import type { BusChip } from "./bus-chips.ts";
import type { Segment } from "./segments.ts";

/** On a bus with a loose wire they come by the dozen. */
const RETRIES_EVERY_US = 60_000_000;

/** What a bus tells, as events. */
export class BusNews {
  readonly #bus: string;
  readonly #segments: readonly Segment[];
  readonly #event: (event: GuardianEvent) => void;
  #retries = 0;
  #retriesToldUs = Number.NEGATIVE_INFINITY;

  constructor(bus: string, segments: readonly Segment[], event: (event: GuardianEvent) => void) {
    this.#bus = bus;
    this.#segments = segments;
    this.#event = event;
  }

  /** `chip`: whom the rung is for, where it is for one. */
  rung(
    rung: BusRung,
    works: boolean,
    atUs: number,
    { chip, why }: { readonly chip?: BusChip; readonly why?: string } = {},
  ): void {
    this.#event({
      kind: "busRung",
      bus: chip === undefined ? this.#bus : this.#segments[chip.segment]!.name,
      ...(chip !== undefined && { address: `0x${chip.address.toString(16).padStart(2, "0")}` }),
      rung,
      works,
      ...(why !== undefined && { why }),
      atUs,
    });
  }

  stuck(recovered: boolean, atUs: number): void {
    this.#event({ kind: "busStuck", bus: this.#bus, recovered, atUs });
  }

  /** A transfer succeeded that had failed before. */
  retried(atUs: number): void {
    this.#retries++;
    if (atUs - this.#retriesToldUs < RETRIES_EVERY_US) return;
    this.#event({ kind: "busRetries", bus: this.#bus, count: this.#retries, atUs });
    this.#retries = 0;
    this.#retriesToldUs = atUs;
  }
}
