import type { BusOutcome } from "./emulated-bus.ts";

/** An emulated bus that is no I2C: who is on it is known by its number there. */
export interface WireBus {
  /** `write` and the bytes read, as the contract of this kind of bus has them. */
  transfer(address: number, write: Uint8Array, readLength: number): BusOutcome;
  /** Whether the bus works again. */
  recover(): boolean;
  /** Pulls the chip's plug, or puts it in again. Throws RangeError when there is no such chip. */
  unplug(address: number, unplugged: boolean): void;
  /** One line a chip. */
  describe(): string[];
}
