import { close, closeSync, constants, openSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as osConstants } from "node:os";
import type { I2CBus } from "i2c-bus";
import type { BusStatus } from "../contracts/backend.ts";
import type { BusPlan } from "../contracts/bus-plan.ts";
import { HardwareError } from "../contracts/hardware-error.ts";
import { limitAdapter } from "./adapter-limits.ts";
import { CombinedTransfer } from "./i2c-combined.ts";
import { busStatus } from "./i2c-errno.ts";
import { openRemedy } from "./i2c-open.ts";

/** Of the guardian's protocol: a transfer is at most 256 bytes either way. */
const MAX_BYTES = 256;
/** Longest SMBus block. */
const SMBUS_BYTES = 32;

/** How a transfer ended; the bytes are borrowed for the call. */
export type TransferDone = (status: BusStatus, bytes: Uint8Array, length: number) => void;

/**
 * One bus through /dev/i2c-N, one transfer at a time. Only asynchronous calls: on a dead bus each takes a second.
 * i2c-bus writes and reads; what it lacks, a write and a read with a repeated start between them, goes by
 * `CombinedTransfer`. An adapter that knows SMBus only (i2c-stub, PC chipsets) is given what of SMBus means the
 * same, and `refused` for the rest.
 */
export class I2cDevBus {
  readonly #bus: I2CBus;
  readonly #fd: number;
  readonly #plain: boolean;
  readonly #write = Buffer.alloc(MAX_BYTES);
  readonly #read = Buffer.alloc(MAX_BYTES);
  readonly #combined = new CombinedTransfer(this.#write, this.#read);
  #lastAddress = 0;

  private constructor(bus: I2CBus, fd: number, plain: boolean) {
    this.#bus = bus;
    this.#fd = fd;
    this.#plain = plain;
  }

  /** Also sets the adapter's limits. Throws `HardwareError` when there is no such bus, no right to it, or no i2c-bus. */
  static async open(plan: BusPlan): Promise<I2cDevBus> {
    const name = plan.bus;
    const path = `/dev/${name}`;
    let fd: number;
    try {
      fd = openSync(path, constants.O_RDWR);
    } catch (error) {
      const { code = "" } = error as { code?: string };
      throw new HardwareError(`${name}: ${openRemedy(path, code)}`);
    }
    try {
      limitAdapter(fd, plan);
      const bus = loadI2cBus().openSync(Number(name.slice(4)));
      const { i2c } = await new Promise<{ i2c: boolean }>((resolve, reject) =>
        bus.i2cFuncs((error, functions) => (error ? reject(error) : resolve(functions))),
      );
      return new I2cDevBus(bus, fd, i2c);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Write, then read with a repeated start where both are asked for. */
  transfer(address: number, write: Uint8Array, readLength: number, done: TransferDone): void {
    this.#lastAddress = address;
    this.#write.set(write);
    const ended = (error: { errno?: number } | null) =>
      done(
        error === null ? "ok" : busStatus(error.errno ?? NaN),
        this.#read,
        error === null ? readLength : 0,
      );
    if (!this.#plain) {
      this.#smbus(address, write.length, readLength, ended);
    } else if (readLength === 0) {
      this.#bus.i2cWrite(address, write.length, this.#write, ended);
    } else if (write.length === 0) {
      this.#bus.i2cRead(address, readLength, this.#read, ended);
    } else {
      this.#combined.start(this.#fd, address, write.length, readLength, (errno) =>
        ended(errno === 0 ? null : { errno }),
      );
    }
  }

  /**
   * Whether the bus works again: one byte read from the address that was last spoken to. Kernel drivers that can
   * clock a stuck bus free do so by themselves at this transfer; those of a Pi cannot.
   */
  recover(done: (works: boolean) => void): void {
    this.transfer(this.#lastAddress, new Uint8Array(0), 1, (status) => done(status !== "bus_stuck"));
  }

  /** A transfer under way still ends, and is answered. Resolves when this process has the bus no more. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#bus.close(() => resolve()));
    await Promise.all([closed, new Promise<void>((resolve) => close(this.#fd, () => resolve()))]);
  }

  #smbus(
    address: number,
    write: number,
    read: number,
    ended: (error: { errno?: number } | null) => void,
  ): void {
    const [command = 0] = this.#write;
    if (read === 0 && write === 1) {
      this.#bus.sendByte(address, command, ended);
    } else if (read === 0 && write - 1 <= SMBUS_BYTES) {
      this.#bus.writeI2cBlock(address, command, write - 1, this.#write.subarray(1), ended);
    } else if (write === 1 && read <= SMBUS_BYTES) {
      this.#bus.readI2cBlock(address, command, read, this.#read, ended);
    } else if (write === 0 && read === 1) {
      this.#bus.receiveByte(address, (error, byte) => {
        if (!error) this.#read[0] = byte;
        ended(error);
      });
    } else {
      ended({ errno: osConstants.errno.EOPNOTSUPP });
    }
  }
}

/** i2c-bus needs a compiler where it is installed, so it may be missing. */
function loadI2cBus(): typeof import("i2c-bus") {
  try {
    return createRequire(import.meta.url)("i2c-bus") as typeof import("i2c-bus");
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    throw new HardwareError(`I2C needs the package i2c-bus (npm ci with a compiler): ${why}`);
  }
}
