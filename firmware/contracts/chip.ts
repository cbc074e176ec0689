/**
 * An emulated chip at register level: wire side (`receive`, `transmit`), world side (its own setters) and
 * one line of print. It shares no decoding with its driver: both are written from the datasheet.
 */

/** What an emulated I2C chip answers with when it does not acknowledge a byte. */
export class ChipNak extends Error {
  override readonly name = "ChipNak";
  /** Index of the byte that was refused. */
  readonly at: number;

  constructor(at: number, why: string) {
    super(why);
    this.at = at;
  }
}

export interface I2cChip {
  /** Bytes written by the controller after the address. Throws `ChipNak` for a byte it does not acknowledge. */
  receive(bytes: Uint8Array): void;
  /** `length` bytes read by the controller. */
  transmit(length: number): Uint8Array;
  /** One line for people: part, mode, what it measures now. */
  describe(): string;
  /** Power-on reset, or its reset line: everything is as the data sheet says it is then. */
  powerUp?(): void;
}

/** A chip that connects other buses to the one that it is on. */
export interface MuxChip extends I2cChip {
  /** Channels that are connected, a bit each. */
  readonly open: number;
}
