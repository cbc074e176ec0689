/**
 * SPI as drivers see it: one target (bus and chip select, bound once), and full-duplex transfers: as many bytes come in as go
 * out, at the same time. A transfer parks the calling cell until the bus owner answered or the time limit passed.
 *
 * Nobody acknowledges anything on SPI: a chip that is not there reads as a line that nobody drives, and only its driver
 * can know.
 */

/** Clock polarity and phase: bit 1 is CPOL, bit 0 is CPHA. */
export type SpiMode = 0 | 1 | 2 | 3;

/** How one chip select of a bus is to be used. */
export interface SpiChipPlan {
  /** 0 is CE0. */
  readonly select: number;
  readonly mode: SpiMode;
  /** Clock, Hz; the controller takes the next one below that it can make. */
  readonly hz: number;
}

/** Why a transfer failed. */
export type SpiErrorCode =
  /** The owner of the bus did not answer in time, or the controller could not be had. */
  | "timeout"
  /** The caller was fenced: a newer incarnation owns the device. */
  | "fenced"
  /** The request breaks the rules: too long, chip select not granted. */
  | "refused";

/** A failed transfer: which bus, which chip select, what happened. */
export class SpiError extends Error {
  override readonly name = "SpiError";
  readonly code: SpiErrorCode;
  readonly bus: string;
  readonly select: number;

  constructor(code: SpiErrorCode, bus: string, select: number, detail?: string) {
    super(`${code} at ${bus} CE${select}${detail ? `: ${detail}` : ""}`);
    this.code = code;
    this.bus = bus;
    this.select = select;
  }
}

/** One chip on one bus. */
export interface SpiTarget {
  readonly bus: string;
  readonly select: number;
  /** The bytes that came in while these went out; 1..256. Throws `SpiError`. */
  transfer(bytes: readonly number[]): Uint8Array;
}
