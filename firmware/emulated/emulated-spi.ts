import type { SpiChip } from "../contracts/spi-chip.ts";
import type { BusOutcome } from "./emulated-bus.ts";
import type { WireBus } from "./wire-bus.ts";

interface Attached {
  readonly chip: SpiChip;
  unplugged: boolean;
}

/** An emulated SPI bus. Nobody acknowledges: where no chip drives it, the data line floats and reads ones. */
export class EmulatedSpi implements WireBus {
  readonly #chips = new Map<number, Attached>();

  /** Throws RangeError for a chip select that is taken. */
  attach(select: number, chip: SpiChip): void {
    if (this.#chips.has(select)) throw new RangeError(`CE${select} is taken`);
    this.#chips.set(select, { chip, unplugged: false });
  }

  unplug(select: number, unplugged: boolean): void {
    const attached = this.#chips.get(select);
    if (attached === undefined) throw new RangeError(`no chip at CE${select}`);
    attached.unplugged = unplugged;
  }

  transfer(select: number, write: Uint8Array, readLength: number): BusOutcome {
    if (write.length !== readLength) return { status: "refused", bytes: new Uint8Array(0), slowMs: 0 };
    const attached = this.#chips.get(select);
    const isThere = attached !== undefined && !attached.unplugged;
    const bytes = isThere ? attached.chip.exchange(write) : new Uint8Array(readLength).fill(0xff);
    return { status: "ok", bytes, slowMs: 0 };
  }

  /** SPI has no state that a chip could hold. */
  recover(): boolean {
    return true;
  }

  describe(): string[] {
    return [...this.#chips].map(
      ([select, { chip, unplugged }]) => `CE${select} ${chip.describe()}${unplugged ? " (unplugged)" : ""}`,
    );
  }
}
