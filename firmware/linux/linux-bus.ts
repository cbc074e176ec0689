import type { TransferDone } from "./i2c-dev-bus.ts";

/** A bus of this machine, whatever its kind; one transfer at a time. */
export interface LinuxBus {
  /** `address`: who is meant, in the way of its kind. The bytes to write are borrowed for the call. */
  transfer(address: number, write: Uint8Array, readLength: number, done: TransferDone): void;
  /** Whether the bus works again; `why` when not all was done that could have been. */
  recover(done: (works: boolean, why?: string) => void): void;
  close(): void;
}
