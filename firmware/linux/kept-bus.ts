import { HardwareError } from "../contracts/hardware-error.ts";
import { I2cDevBus, type TransferDone } from "./i2c-dev-bus.ts";

const NOTHING = new Uint8Array(0);

/**
 * A bus that may be away when the guardian starts: no right to it, its adapter not there yet. It must not keep the
 * guardian from its lines, so each transfer tries again to open it; until then transfers end with `timeout`, and
 * `report` hears why, once for each reason.
 */
export class KeptBus {
  readonly #name: string;
  readonly #report: (why: string) => void;
  #bus: I2cDevBus | undefined;
  #told: string | undefined;
  #closed = false;

  constructor(name: string, report: (why: string) => void) {
    this.#name = name;
    this.#report = report;
  }

  /** One transfer at a time; the bytes to write are borrowed for the call. */
  transfer(address: number, write: Uint8Array, readLength: number, done: TransferDone): void {
    if (this.#bus !== undefined) {
      this.#bus.transfer(address, write, readLength, done);
      return;
    }
    const kept = write.slice();
    void this.open().then(() => {
      if (this.#bus === undefined) done("timeout", NOTHING, 0);
      else this.#bus.transfer(address, kept, readLength, done);
    });
  }

  recover(done: (works: boolean) => void): void {
    if (this.#bus === undefined) done(false);
    else this.#bus.recover(done);
  }

  /** Opens the bus, or reports why not. */
  async open(): Promise<void> {
    try {
      const bus = await I2cDevBus.open(this.#name);
      if (this.#closed) bus.close();
      else this.#bus = bus;
      this.#told = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof HardwareError || (error instanceof Error && "errno" in error))) throw error;
      if (this.#told !== message) this.#report(message);
      this.#told = message;
    }
  }

  close(): void {
    this.#closed = true;
    this.#bus?.close();
    this.#bus = undefined;
  }
}
