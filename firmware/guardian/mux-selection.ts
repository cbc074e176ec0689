import type { BusStatus } from "../contracts/backend.ts";
import type { MuxPlan } from "../contracts/bus-plan.ts";
import type { Segment } from "./segments.ts";

interface Mux {
  readonly address: number;
  /** Open channels, a bit each; NaN when nobody knows. */
  open: number;
  /** Nothing went wrong since a selection was read back. */
  sure: boolean;
  /** What was written and waits to be read back; NaN for nothing. */
  written: number;
}

/** A transfer that opens or closes channels. The record and its bytes are used again. */
export interface SelectStep {
  address: number;
  readonly bytes: Uint8Array;
  writeLength: number;
  readLength: number;
}

/**
 * Which channel of an adapter's multiplexers is open: at most one of all, so chips with the same address behind two of
 * them never answer together. A TCA9548A has one register (TI SCPS207F, 8.5.4): a bit for each channel, written and
 * read without an address, and what is written counts from the stop condition on. So a channel that is not known to be
 * open is written, and after anything went wrong also read back, in a transfer of its own.
 */
export class MuxSelection {
  readonly #muxes: readonly Mux[];
  readonly #segments: readonly Segment[];
  readonly #step: SelectStep = { address: 0, bytes: new Uint8Array(1), writeLength: 0, readLength: 0 };
  /** Whom the step speaks to, and what is wanted of it. */
  #mux: Mux | undefined;
  #want = 0;

  /** `segments`: all of the plan, by their numbers. */
  constructor(muxes: readonly MuxPlan[], segments: readonly Segment[]) {
    this.#muxes = muxes.map(({ address }) => ({ address, open: NaN, sure: false, written: NaN }));
    this.#segments = segments;
  }

  /** What comes before a transfer on this segment; undefined when its channel is open, and for the adapter itself. */
  next(segment: number): SelectStep | undefined {
    const channel = this.#segments[segment]?.channel;
    if (channel === undefined) return undefined;
    for (let index = 0; index < this.#muxes.length; index++) {
      const mux = this.#muxes[index]!;
      if (index !== channel.mux && mux.open !== 0) return this.#bring(mux, 0);
    }
    const mux = this.#muxes[channel.mux]!;
    return mux.open === channel.mask ? undefined : this.#bring(mux, channel.mask);
  }

  /** How that step ended; `byte` is what it read. Anything but `ok` is the end of the transfer that wanted it. */
  took(status: BusStatus, byte: number): BusStatus {
    const mux = this.#mux!;
    if (status !== "ok") return status;
    if (this.#step.readLength === 0) {
      if (mux.sure) mux.open = this.#want;
      else mux.written = this.#want;
      return "ok";
    }
    mux.written = NaN;
    if (byte !== this.#want) return "data_nak"; // it acknowledged a byte that it did not keep
    mux.open = byte;
    mux.sure = true;
    return "ok";
  }

  /** Something went wrong on the bus, or the multiplexers were reset: nothing is taken for granted. */
  doubt(): void {
    for (const mux of this.#muxes) {
      mux.open = NaN;
      mux.written = NaN;
      mux.sure = false;
    }
  }

  #bring(mux: Mux, want: number): SelectStep {
    const step = this.#step;
    const readBack = mux.written === want;
    this.#mux = mux;
    this.#want = want;
    mux.open = NaN;
    step.address = mux.address;
    step.bytes[0] = want;
    step.writeLength = readBack ? 0 : 1;
    step.readLength = readBack ? 1 : 0;
    return step;
  }
}
