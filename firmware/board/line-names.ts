import type { LinePlace } from "../contracts/guardian-plan.ts";
import { HEADER, type LineName, lineOfPin } from "../header-map.ts";
import type { Board } from "./detect-board.ts";

/**
 * The place of a line by one of its names: `GPIO17`, `pin 11`, or what the board's device tree calls it
 * (`ID_SDA`). Undefined when the board has no such line. A bare number is not taken: 11 may be meant either way.
 */
export function findLine(name: string, board: Board): LinePlace | undefined {
  const { chip } = board.family;
  const line = Object.hasOwn(HEADER, name) ? (name as LineName) : lineOfPin(name);
  if (line !== undefined) return { chip, offset: offsetOf(line) };
  const offset = board.gpio.texts("gpio-line-names").indexOf(name);
  return offset < 0 || name === "" ? undefined : { chip, offset };
}

/** How people know a line of the header's chip: `GPIO17 (pin 11)`. */
export function lineText({ offset }: LinePlace): string {
  const name = `GPIO${offset}`;
  return Object.hasOwn(HEADER, name) ? `${name} (pin ${HEADER[name as LineName].pin})` : `line ${offset}`;
}

function offsetOf(name: LineName): number {
  return Number(name.slice("GPIO".length));
}
