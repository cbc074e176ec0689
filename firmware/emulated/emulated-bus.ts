import type { BusStatus } from "../contracts/backend.ts";
import { ChipNak, type I2cChip } from "../contracts/chip.ts";

/** What is wrong with a chip, or with the whole bus through it. */
export type ChipFault =
  /** Nobody answers the address. */
  | { readonly kind: "unplugged" }
  /** The address is acknowledged, the data is not. */
  | { readonly kind: "nak" }
  /** Holds SDA low: nothing on the bus works until nine clocks (`clears`, the default) or for good. */
  | { readonly kind: "stuck"; readonly clears?: boolean }
  /** Stretches the clock. */
  | { readonly kind: "slow"; readonly ms: number }
  /** Flips one bit of a read with this probability, from a seed. */
  | { readonly kind: "corrupt"; readonly probability: number; readonly seed: number };

/** How a transfer ended, and how long it took beyond the usual. */
export interface BusOutcome {
  readonly status: BusStatus;
  readonly bytes: Uint8Array;
  readonly slowMs: number;
}

const NOTHING = new Uint8Array(0);

interface Attached {
  readonly chip: I2cChip;
  fault: ChipFault | undefined;
  random: number;
}

/** An emulated I2C bus: register-level chips by 7-bit address, and what can go wrong with them. */
export class EmulatedBus {
  readonly #chips = new Map<number, Attached>();

  /** Throws RangeError for an address outside 0x03..0x77 or already taken. */
  attach(address: number, chip: I2cChip): void {
    if (address < 0x03 || address > 0x77)
      throw new RangeError(`no chip can answer 0x${address.toString(16)}`);
    if (this.#chips.has(address)) throw new RangeError(`0x${address.toString(16)} is taken`);
    this.#chips.set(address, { chip, fault: undefined, random: 0 });
  }

  detach(address: number): void {
    this.#chips.delete(address);
  }

  /** Sets or ends (`undefined`) the fault of a chip. Throws RangeError when there is no chip. */
  setFault(address: number, fault: ChipFault | undefined): void {
    const attached = this.#chips.get(address);
    if (attached === undefined) throw new RangeError(`no chip at 0x${address.toString(16)}`);
    attached.fault = fault;
    if (fault?.kind === "corrupt") attached.random = fault.seed >>> 0 || 1;
  }

  transfer(address: number, write: Uint8Array, readLength: number): BusOutcome {
    for (const { fault } of this.#chips.values()) if (fault?.kind === "stuck") return failed("bus_stuck");
    const attached = this.#chips.get(address);
    if (attached === undefined || attached.fault?.kind === "unplugged") return failed("address_nak");
    const slowMs = attached.fault?.kind === "slow" ? attached.fault.ms : 0;
    if (attached.fault?.kind === "nak") return failed("data_nak");
    try {
      if (write.length > 0) attached.chip.receive(write);
      const bytes = readLength > 0 ? attached.chip.transmit(readLength) : NOTHING;
      return { status: "ok", bytes: this.#corrupted(attached, bytes), slowMs };
    } catch (error) {
      if (error instanceof ChipNak) return { ...failed("data_nak"), slowMs };
      throw error;
    }
  }

  /** Nine clocks: frees the bus unless a chip is stuck for good. True when the bus works again. */
  recover(): boolean {
    let works = true;
    for (const attached of this.#chips.values()) {
      if (attached.fault?.kind !== "stuck") continue;
      if (attached.fault.clears === false) works = false;
      else attached.fault = undefined;
    }
    return works;
  }

  /** One line a chip. */
  describe(): string[] {
    return [...this.#chips].map(([address, { chip, fault }]) => {
      const at = `0x${address.toString(16).padStart(2, "0")} ${chip.describe()}`;
      return fault === undefined ? at : `${at} (${fault.kind})`;
    });
  }

  #corrupted(attached: Attached, bytes: Uint8Array): Uint8Array {
    const { fault } = attached;
    if (fault?.kind !== "corrupt" || bytes.length === 0) return bytes;
    if (this.#random(attached) >= fault.probability) return bytes;
    const flipped = Uint8Array.from(bytes);
    const bit = Math.floor(this.#random(attached) * 8 * bytes.length);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    return flipped;
  }

  /** xorshift32, 0 <= x < 1. */
  #random(attached: Attached): number {
    let x = attached.random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    attached.random = x >>> 0;
    return attached.random / 2 ** 32;
  }
}

function failed(status: BusStatus): BusOutcome {
  return { status, bytes: NOTHING, slowMs: 0 };
}
