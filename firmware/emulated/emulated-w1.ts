import type { W1Chip } from "../contracts/w1-chip.ts";
import type { BusOutcome } from "./emulated-bus.ts";
import type { WireBus } from "./wire-bus.ts";

interface Attached {
  readonly chip: W1Chip;
  unplugged: boolean;
  /** Bit of the next answer that noise turns round. */
  flips: number | undefined;
}

/** An emulated 1-wire bus, its devices by their places in the plan. */
export class EmulatedW1 implements WireBus {
  readonly #chips = new Map<number, Attached>();

  /** Throws RangeError for a place that is taken. */
  attach(place: number, chip: W1Chip): void {
    if (this.#chips.has(place)) throw new RangeError(`place ${place} is taken`);
    this.#chips.set(place, { chip, unplugged: false, flips: undefined });
  }

  unplug(place: number, unplugged: boolean): void {
    this.#attached(place).unplugged = unplugged;
  }

  /** Fault: noise on the next answer. `bit`: counted from the first that is sent. */
  flip(place: number, bit: number): void {
    this.#attached(place).flips = bit;
  }

  transfer(place: number, write: Uint8Array, readLength: number): BusOutcome {
    const attached = this.#chips.get(place);
    if (attached === undefined || attached.unplugged) return outcome("address_nak", 0);
    if (write.length === 0) return outcome("refused", 0);
    attached.chip.receive(write);
    if (readLength === 0) return outcome("ok", 0);
    const bytes = Uint8Array.from(attached.chip.transmit(readLength));
    const { flips } = attached;
    if (flips !== undefined) bytes[flips >> 3]! ^= 1 << (flips & 7);
    attached.flips = undefined;
    return { status: "ok", bytes, slowMs: 0 };
  }

  /** The next request begins with a reset of the bus anyhow. */
  recover(): boolean {
    return true;
  }

  describe(): string[] {
    return [...this.#chips].map(
      ([place, { chip, unplugged }]) => `${place} ${chip.describe()}${unplugged ? " (unplugged)" : ""}`,
    );
  }

  #attached(place: number): Attached {
    const attached = this.#chips.get(place);
    if (attached === undefined) throw new RangeError(`no device at place ${place}`);
    return attached;
  }
}

function outcome(status: BusOutcome["status"], length: number): BusOutcome {
  return { status, bytes: new Uint8Array(length), slowMs: 0 };
}
