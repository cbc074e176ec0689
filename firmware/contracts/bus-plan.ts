/** What the guardian is told about its buses, already validated; I2C unless a plan says otherwise. */
import type { SpiChipPlan } from "./spi.ts";
import type { W1Plan } from "./w1.ts";

/** One bus, and everything on it that needs something else than the defaults. */
export interface BusPlan {
  /** As Linux numbers it: `i2c-1`. */
  readonly bus: string;
  readonly hz: number;
  /** Only SPI: its chip selects. */
  readonly spi?: readonly SpiChipPlan[];
  /** Only 1-wire: its devices. `hz` is how many bits a second it carries. */
  readonly w1?: W1Plan;
  /** Longest transfer that the board was admitted with, us, clock stretching included. Absent: 256 bytes each way. */
  readonly longestUs?: number;
  /** What the machine may take from the end of a transfer to the guardian hearing of it, us. Absent: 100 ms. */
  readonly heardUs?: number;
  readonly muxes?: readonly MuxPlan[];
  readonly chips?: readonly ChipPlan[];
  /** Switches the power of everything on the bus: `on` in the plan of that output is powered. */
  readonly rail?: PulsePlan;
  /** The lines that the bus is wired to, where the configuration names them: `GPIO2`, `GPIO3`. */
  readonly pins?: { readonly sda: string; readonly scl: string };
}

/**
 * A TCA9548A (TI SCPS207) or one that behaves like it: eight channels behind one address. The channels that are in use
 * are buses of their own for those who are granted chips on them, named `i2c-1/0x70/3`.
 */
export interface MuxPlan {
  readonly address: number;
  /** In use, each 0..7. */
  readonly channels: readonly number[];
  /** Its RESET input: closes every channel, also while a chip behind one holds the bus. */
  readonly reset?: PulsePlan;
}

/** An output of the guardian's own that is taken away from its safe level for a while, and what follows needs time. */
export interface PulsePlan {
  /** One of the plan's outputs. No cell is granted it. */
  readonly line: string;
  readonly forUs: number;
  readonly settleUs: number;
}

export interface ChipPlan {
  /** `i2c-1`, or the channel it is behind: `i2c-1/0x70/3`. */
  readonly bus: string;
  readonly address: number;
  /** How often a transfer that was not acknowledged, or lost arbitration, is tried again. Default 1. */
  readonly retries?: number;
  /** Longest time it holds the clock in one transfer. Default 0. */
  readonly stretchUs?: number;
  /** What brings it back when it does not answer: a line, or bytes that are written to it. */
  readonly reset?: PulsePlan | { readonly bytes: readonly number[] };
}
