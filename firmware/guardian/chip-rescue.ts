import type { BusStatus } from "../contracts/backend.ts";
import type { PulsePlan } from "../contracts/bus-plan.ts";
import type { BusChip, BusChips } from "./bus-chips.ts";
import type { BusNews } from "./bus-news.ts";
import { type AwayFromSafe, LinePulse } from "./line-pulse.ts";
import type { PolicyTransfer } from "./policy-transfer.ts";

/** What a rescue needs of its bus. */
export interface RescueParts {
  readonly chips: BusChips;
  readonly news: BusNews;
  /** The rail of the bus. */
  readonly rail: PulsePlan | undefined;
  readonly away: AwayFromSafe;
  /** Sends a reset command ahead of everybody's transfers. */
  policy(transfer: PolicyTransfer, nowUs: number): void;
}

/**
 * Carries out what a chip that fails needs beside the bus: its reset line or command, quarantine. The others go on
 * meanwhile; only a power-cycle concerns them, which is left to the caller.
 */
export class ChipRescue {
  readonly #parts: RescueParts;
  readonly #pulse: LinePulse;
  #pulsed: BusChip | undefined;
  readonly #commands = new Map<BusChip, PolicyTransfer>();
  readonly #sent = new Set<BusChip>();

  constructor(parts: RescueParts) {
    this.#parts = parts;
    this.#pulse = new LinePulse(parts.away);
  }

  get nextUs(): number {
    return this.#pulse.nextUs;
  }

  /** A transfer with the chip succeeded. */
  answered(chip: BusChip, nowUs: number): void {
    if (chip.care.answered(nowUs)) this.#parts.news.rung("back", true, nowUs, { chip });
  }

  /** One failed after all its retries. True when the power of the bus has to be cycled for it. */
  failed(chip: BusChip, status: BusStatus, nowUs: number): boolean {
    const { news, rail } = this.#parts;
    const was = chip.care.state;
    // A bus that is held has a ladder of its own for both.
    const apart = status !== "bus_stuck";
    const has = { reset: apart && chip.reset !== undefined, power: apart && rail !== undefined };
    const remedy = chip.care.failed(status, nowUs, has);
    if (remedy === "quarantine") news.rung("quarantine", false, nowUs, { chip });
    else if (was === "quarantined") news.rung("back", false, nowUs, { chip });
    if (remedy === "reset") this.#reset(chip, nowUs);
    if (remedy === "power") chip.statistics.resets++;
    return remedy === "power";
  }

  /** The bus was held by a transfer with `suspect`: whoever was kept off it then has not done it. */
  acquitOthers(suspect: BusChip, nowUs: number): void {
    for (const chip of this.#parts.chips.all()) {
      if (chip !== suspect && chip.care.acquit(nowUs))
        this.#parts.news.rung("acquitted", true, nowUs, { chip });
    }
  }

  expire(nowUs: number): void {
    const chip = this.#pulsed;
    if (!this.#pulse.expire(nowUs) || chip === undefined) return;
    this.#pulsed = undefined;
    this.#parts.news.rung("reset", true, nowUs, { chip });
  }

  /** Where its own reset is under way, or the line is pulsed for another chip, that has to do. */
  #reset(chip: BusChip, nowUs: number): void {
    const { reset } = chip;
    if (reset === undefined) return;
    if ("line" in reset) {
      if (this.#pulse.underWay) return;
      this.#pulsed = chip;
      this.#pulse.start(reset, nowUs);
    } else {
      if (this.#sent.has(chip)) return;
      this.#sent.add(chip);
      this.#parts.policy(this.#command(chip, reset.bytes), nowUs);
    }
    chip.statistics.resets++;
  }

  #command(chip: BusChip, bytes: readonly number[]): PolicyTransfer {
    const known = this.#commands.get(chip);
    if (known !== undefined) return known;
    const { segment, address } = chip;
    const done = (status: BusStatus, nowUs: number) => {
      this.#sent.delete(chip);
      this.#parts.news.rung("reset", status === "ok", nowUs, { chip });
    };
    const command: PolicyTransfer = {
      ...{ segment, address, bytes: Uint8Array.from(bytes), readLength: 0 },
      done: (status, _bytes, _at, _length, nowUs) => done(status, nowUs),
    };
    this.#commands.set(chip, command);
    return command;
  }
}
