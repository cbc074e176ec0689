/**
 * I2C as drivers see it: one target (bus and 7-bit address, bound once), and blocking transfers.
 *
 * A transfer parks the calling cell until the bus owner answered or the time limit passed; it never blocks
 * in a system call. Multi-byte registers are big-endian unless the name says `Le`.
 */

/** Why a transfer failed; each code has one physical cause. */
export type I2cErrorCode =
  /** Nobody acknowledged the address: unplugged, unpowered, wrong address, or busy. */
  | "address_nak"
  /** The target refused a data byte: unknown register or internal fault. */
  | "data_nak"
  /** Another controller, or noise, won the bus. */
  | "arbitration_lost"
  /** SDA or SCL is held low by somebody; nothing on the bus works. */
  | "bus_stuck"
  /** The owner of the bus did not answer in time. */
  | "timeout"
  /** The bus owner keeps the target off the bus for a while, because it held it again and again. */
  | "quarantined"
  /** The caller was fenced: a newer incarnation owns the device. */
  | "fenced"
  /** The request breaks the rules: too long, address not granted. */
  | "refused";

/** A failed transfer: which bus, which address, what happened. */
export class I2cError extends Error {
  override readonly name = "I2cError";
  readonly code: I2cErrorCode;
  readonly bus: string;
  readonly address: number;

  constructor(code: I2cErrorCode, bus: string, address: number, detail?: string) {
    super(`${code} at ${bus} 0x${address.toString(16).padStart(2, "0")}${detail ? `: ${detail}` : ""}`);
    this.code = code;
    this.bus = bus;
    this.address = address;
  }
}

/** One chip on one bus. Every method throws `I2cError` when the transfer fails. Lengths 1..256 bytes. */
export interface I2cTarget {
  readonly bus: string;
  /** 7-bit address. */
  readonly address: number;
  write(bytes: readonly number[]): void;
  read(length: number): Uint8Array;
  /** Write, repeated start, read: one transfer on the bus. */
  writeRead(bytes: readonly number[], length: number): Uint8Array;
  readRegister8(register: number): number;
  readRegister16(register: number): number;
  readRegisters(register: number, length: number): Uint8Array;
  writeRegister8(register: number, value: number): void;
  writeRegister16(register: number, value: number): void;
}
