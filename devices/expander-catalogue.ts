/** Every expander as data: chips on a bus whose pins are outputs that the guardian drives by itself. */
import type { ExpanderPlan } from "../firmware/contracts/expander-plan.ts";
import { MCP23017_ADDRESSES, MCP23017_PINS, MCP23017_REGISTERS } from "./drivers/mcp23017.ts";
import type { Stretch } from "./job-cost.ts";

export interface ExpanderPart {
  /** One line for people. */
  readonly part: string;
  readonly addresses: readonly number[];
  /** Names of its pins, by bit. */
  readonly pins: readonly string[];
  readonly registers: ExpanderPlan["registers"];
}

export const EXPANDERS = {
  mcp23017: {
    part: "MCP23017 16-bit I/O expander",
    addresses: MCP23017_ADDRESSES,
    pins: MCP23017_PINS,
    registers: MCP23017_REGISTERS,
  },
} as const satisfies Readonly<Record<string, ExpanderPart>>;

export type ExpanderName = keyof typeof EXPANDERS;
export const EXPANDER_NAMES = Object.keys(EXPANDERS) as [ExpanderName, ...ExpanderName[]];

export function expanderNamed(name: ExpanderName): ExpanderPart {
  return EXPANDERS[name];
}

/**
 * What a job of an output behind an expander costs its bus at most: it reads the port, and writes latch and direction and
 * reads back.
 */
export function expanderCost({ pins }: ExpanderPart): readonly Stretch[] {
  const bytes = pins.length / 8;
  const port = { write: 1, read: bytes };
  const written = { write: 1 + bytes, read: 0 };
  return [{ waitUs: 0, transfers: [port, written, written, port] }];
}
