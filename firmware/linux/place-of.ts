import type { LinePlace } from "../contracts/guardian-plan.ts";
import { HardwareError } from "../contracts/hardware-error.ts";

/** The place of a line. Throws `HardwareError` when the board has none of that name. */
export function placeOf(places: Readonly<Record<string, LinePlace>>, line: string): LinePlace {
  const place = places[line];
  if (place === undefined) throw new HardwareError(`${line}: this board has no such line`);
  return place;
}
