import type { OutputPlan } from "./output-plan.ts";

/** An output that is a pin of an expander; its `line` is its name everywhere, as `valves.GPA3`. */
export interface ExpanderOutputPlan extends OutputPlan {
  /** Bit of the chip's registers, from 0. */
  readonly pin: number;
}

/**
 * A chip on a bus whose pins are outputs: what the guardian needs to bring them to a level by itself, without a driver.
 * Registers hold a bit a pin, low byte first, in registers that follow each other.
 */
export interface ExpanderPlan {
  /** Name in the configuration. */
  readonly expander: string;
  readonly bus: string;
  /** 7-bit address: nobody else is granted it. */
  readonly address: number;
  readonly pins: 8 | 16;
  readonly registers: {
    /** A set bit makes the pin an input. */
    readonly direction: number;
    /** The levels that pins are driven to. */
    readonly latch: number;
    /** The levels that pins have. */
    readonly port: number;
  };
  /**
   * A line among the plan's outputs that feeds the loads behind the expander. The guardian has it: on while every output
   * reads back as it should, off when one does not reach its safe level.
   */
  readonly rail?: string;
  readonly outputs: readonly ExpanderOutputPlan[];
}
