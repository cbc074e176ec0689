import type { BusPlan } from "../contracts/bus-plan.ts";
import type { BusPinPlaces } from "../contracts/guardian-plan.ts";
import { HardwareError } from "../contracts/hardware-error.ts";
import { AdapterDriver, NoRebind } from "./adapter-driver.ts";
import { I2cDevBus, type TransferDone } from "./i2c-dev-bus.ts";
import { nineClocks } from "./nine-clocks.ts";
import { SystemCallError } from "./system-calls.ts";

const NOTHING = new Uint8Array(0);

/** Whether the bus works; `why` when not all was done that could have been. */
export type RecoverDone = (works: boolean, why?: string) => void;

/**
 * A bus that may be away when the guardian starts: no right to it, its adapter not there yet. It must not keep the
 * guardian from its lines, so each transfer tries again to open it; until then transfers end with `timeout`, and
 * `report` hears why, once for each reason.
 */
export class KeptBus {
  readonly #plan: BusPlan;
  readonly #pins: BusPinPlaces | undefined;
  readonly #report: (why: string) => void;
  #bus: I2cDevBus | undefined;
  /** An adapter that was taken away and could not be given back yet. */
  #away: AdapterDriver | undefined;
  #opening: Promise<void> | undefined;
  #told: string | undefined;
  #closed = false;

  /** `pins`: the lines that the bus is wired to; without them it gets no nine clocks. */
  constructor(plan: BusPlan, pins: BusPinPlaces | undefined, report: (why: string) => void) {
    this.#plan = plan;
    this.#pins = pins;
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

  /**
   * Asks the bus again, which lets drivers that can free it do so; when it is still held, takes the adapter from its driver,
   * gives nine clocks over the borrowed lines, and the adapter back.
   */
  recover(done: RecoverDone): void {
    const bus = this.#bus;
    if (bus === undefined) {
      done(false);
      return;
    }
    bus.recover((works) => {
      if (works) done(true);
      else void this.#clock(bus).then((why) => this.#askAgain(why, done));
    });
  }

  /** Opens the bus, or reports why not. Who asks meanwhile waits for the same: a second descriptor would keep the adapter. */
  open(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<void> {
    if (this.#bus !== undefined) return;
    try {
      await this.#away?.bind();
      this.#away = undefined;
      const bus = await I2cDevBus.open(this.#plan);
      if (this.#closed) void bus.close();
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
    void this.#bus?.close();
    this.#bus = undefined;
  }

  /** Undefined when the clocks were given, else why not. Afterwards the bus is open again, if it can be. */
  async #clock(bus: I2cDevBus): Promise<string | undefined> {
    if (this.#pins === undefined) return `no nine clocks: ${this.#plan.bus} has no "sda" and "scl"`;
    try {
      const driver = await AdapterDriver.find(this.#plan.bus);
      this.#bus = undefined;
      await bus.close();
      await driver.unbind();
      this.#away = driver;
      nineClocks(this.#pins);
      return undefined;
    } catch (error) {
      if (error instanceof NoRebind || error instanceof SystemCallError) return (error as Error).message;
      if (error instanceof Error && "errno" in error) return `no nine clocks: ${error.message}`;
      throw error;
    } finally {
      if (this.#bus === undefined) await this.open();
    }
  }

  #askAgain(why: string | undefined, done: RecoverDone): void {
    if (this.#bus === undefined) done(false, why);
    else if (why !== undefined) done(false, why);
    else this.#bus.recover((works) => done(works));
  }
}
