import { ChipNak, type I2cChip } from "../../firmware/contracts/chip.ts";
import { I2cError, type I2cErrorCode, type I2cTarget } from "../../firmware/contracts/i2c.ts";

/**
 * One emulated chip on a wire of its own, with what went over it as text: `18 w 05` and `18 r 3f 58`, a failed
 * half as `18 w address_nak`. Faults are counted in halves, so that a transfer can break in its middle.
 */
export class WiredChip implements I2cTarget {
  readonly bus = "i2c1";
  readonly address: number;
  readonly #chip: I2cChip;
  #log: string[] = [];
  #fault: { code: I2cErrorCode; after: number } | undefined;

  constructor(chip: I2cChip, address: number) {
    this.#chip = chip;
    this.address = address;
  }

  /** Everything since the last call. */
  takeLog(): readonly string[] {
    const log = this.#log;
    this.#log = [];
    return log;
  }

  /** From now on every half of a transfer fails, once `after` halves more have passed. */
  break(code: I2cErrorCode, after = 0): void {
    this.#fault = { code, after };
  }

  mend(): void {
    this.#fault = undefined;
  }

  write(bytes: readonly number[]): void {
    this.#half("w", () => {
      this.#chip.receive(Uint8Array.from(bytes));
      return bytes;
    });
  }

  read(length: number): Uint8Array {
    let answer = new Uint8Array();
    this.#half("r", () => {
      answer = Uint8Array.from(this.#chip.transmit(length));
      return [...answer];
    });
    return answer;
  }

  writeRead(bytes: readonly number[], length: number): Uint8Array {
    this.write(bytes);
    return this.read(length);
  }

  readRegister8(register: number): number {
    return this.writeRead([register], 1)[0]!;
  }

  readRegister16(register: number): number {
    const [high, low] = this.writeRead([register], 2);
    return high! * 256 + low!;
  }

  readRegisters(register: number, length: number): Uint8Array {
    return this.writeRead([register], length);
  }

  writeRegister8(register: number, value: number): void {
    this.write([register, value]);
  }

  writeRegister16(register: number, value: number): void {
    this.write([register, value >> 8, value & 0xff]);
  }

  #half(direction: "w" | "r", transfer: () => readonly number[]): void {
    const fault = this.#fault;
    if (fault !== undefined && fault.after-- <= 0) throw this.#failed(direction, fault.code);
    try {
      this.#note(direction, transfer().map(hex).join(" "));
    } catch (error) {
      if (!(error instanceof ChipNak)) throw error;
      throw this.#failed(direction, "data_nak", error.message);
    }
  }

  #failed(direction: "w" | "r", code: I2cErrorCode, detail?: string): I2cError {
    this.#note(direction, code);
    return new I2cError(code, this.bus, this.address, detail);
  }

  #note(direction: "w" | "r", what: string): void {
    this.#log.push(`${hex(this.address)} ${direction} ${what}`);
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
