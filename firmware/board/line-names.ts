import type { LinePlace } from "../contracts/guardian-plan.ts";
import { HEADER, type LineName } from "../header-map.ts";
import type { Board } from "./detect-board.ts";

/** Offset of the line that a pin of the 40-pin header carries, by pin. */
const OFFSETS = new Map<number, number>(
  Object.entries(HEADER).map(([name, { pin }]) => [pin, offsetOf(name as LineName)]),
);

/**
 * The place of a line by one of its names: `GPIO17`, `pin 11`, or what the board's device tree calls it
 * (`ID_SDA`). Undefined when the board has no such line. A bare number is not taken: 11 may be meant either way.
 */
export function findLine(name: string, board: Board): LinePlace | undefined {
  const { chip } = board.family;
  if (Object.hasOwn(HEADER, name)) return { chip, offset: offsetOf(name as LineName) };
  const [, pin] = /^pin (\d{1,2})$/i.exec(name) ?? [];
  if (pin !== undefined) {
    const offset = OFFSETS.get(Number(pin));
    return offset === undefined ? undefined : { chip, offset };
  }
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
