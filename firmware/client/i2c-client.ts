import { I2cError, type I2cErrorCode, type I2cTarget } from "../contracts/i2c.ts";
import type { Requests } from "./requests.ts";

const MAX_TRANSFER_BYTES = 256;

/** A chip behind the guardian. `number` is the bus on the wire; undefined when the bus was not granted. */
export class I2cClient implements I2cTarget {
  readonly bus: string;
  readonly address: number;
  readonly #requests: Requests;
  readonly #number: number | undefined;

  constructor(requests: Requests, bus: string, number: number | undefined, address: number) {
    this.#requests = requests;
    this.bus = bus;
    this.#number = number;
    this.address = address;
  }

  write(bytes: readonly number[]): void {
    this.#transfer(bytes, 0);
  }

  read(length: number): Uint8Array {
    return this.#transfer([], length);
  }

  writeRead(bytes: readonly number[], length: number): Uint8Array {
    return this.#transfer(bytes, length);
  }

  readRegister8(register: number): number {
    return this.#transfer([register], 1)[0]!;
  }

  readRegister16(register: number): number {
    const bytes = this.#transfer([register], 2);
    return (bytes[0]! << 8) | bytes[1]!;
  }

  readRegisters(register: number, length: number): Uint8Array {
    return this.#transfer([register], length);
  }

  writeRegister8(register: number, value: number): void {
    this.#transfer([register, value & 0xff], 0);
  }

  writeRegister16(register: number, value: number): void {
    this.#transfer([register, (value >> 8) & 0xff, value & 0xff], 0);
  }

  #transfer(bytes: readonly number[], readLength: number): Uint8Array {
    if (this.#number === undefined) throw this.#error("refused", "bus not granted");
    const longest = Math.max(bytes.length, readLength);
    if (longest < 1 || longest > MAX_TRANSFER_BYTES) throw this.#error("refused", `${longest} bytes`);
    const { status, frame } = this.#requests.transfer(this.#number, this.address, bytes, readLength);
    if (status !== "ok") throw this.#error(status as I2cErrorCode);
    if (frame!.payloadLength !== readLength) {
      throw this.#error("refused", `${frame!.payloadLength} bytes instead of ${readLength}`);
    }
    return frame!.bytes.slice(frame!.payloadAt, frame!.payloadAt + readLength);
  }

  #error(code: I2cErrorCode, detail?: string): I2cError {
    return new I2cError(code, this.bus, this.address, detail);
  }
}
