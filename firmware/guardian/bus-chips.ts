import type { ChipPlan } from "../contracts/bus-plan.ts";
import type { ChipReport } from "../contracts/bus-report.ts";
import { ChipStatistics } from "./bus-statistics.ts";
import { ChipCare } from "./chip-care.ts";
import type { Segment } from "./segments.ts";

const ADDRESSES = 128;
const DEFAULT_RETRIES = 1;

/** One chip as its bus's owner knows it. */
export interface BusChip {
  readonly segment: number;
  readonly address: number;
  readonly care: ChipCare;
  readonly statistics: ChipStatistics;
  readonly retries: number;
  readonly stretchUs: number;
  readonly reset: ChipPlan["reset"];
}

/** Every chip that was ever spoken to, made when it is: at most 128 a segment. */
export class BusChips {
  readonly #plans: readonly ChipPlan[];
  readonly #segments: readonly Segment[];
  readonly #chips = new Map<number, BusChip>();

  constructor(plans: readonly ChipPlan[], segments: readonly Segment[]) {
    this.#plans = plans;
    this.#segments = segments;
  }

  at(segment: number, address: number): BusChip {
    const key = segment * ADDRESSES + (address % ADDRESSES);
    let chip = this.#chips.get(key);
    if (chip === undefined) {
      const bus = this.#segments[segment]?.name;
      const plan = this.#plans.find((other) => other.bus === bus && other.address === address);
      const { retries = DEFAULT_RETRIES, stretchUs = 0, reset } = plan ?? {};
      chip = {
        segment,
        address,
        care: new ChipCare(),
        statistics: new ChipStatistics(),
        retries,
        stretchUs,
        reset,
      };
      this.#chips.set(key, chip);
    }
    return chip;
  }

  all(): Iterable<BusChip> {
    return this.#chips.values();
  }

  report(): readonly ChipReport[] {
    return [...this.#chips.values()].map(({ segment, address, care, statistics }) => ({
      bus: this.#segments[segment]!.name,
      address,
      state: care.state,
      transfers: statistics.transfers,
      bytes: statistics.bytes,
      errors: { ...statistics.errors },
      retries: statistics.retries,
      resets: statistics.resets,
      longestUs: statistics.longestUs,
    }));
  }
}
