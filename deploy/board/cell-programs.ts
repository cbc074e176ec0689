/** Which program the thread of a cell has. */
import { CHECK_CELL } from "../reload/check-messages.ts";

/** Of cells that are no device's or controller's. */
const OWN: Readonly<Record<string, string>> = { mqtt: "mqtt", [CHECK_CELL]: "reload" };

/** Undefined for cells of devices and controllers. */
export function ownProgram(cell: string): URL | undefined {
  const name = OWN[cell];
  return name === undefined ? undefined : cellProgram(name);
}

/** As the build puts it beside the runtime: `device`, `mqtt`, `reload`. */
export function cellProgram(name: string): URL {
  return new URL(`../../cells/${name}-thread.cjs`, import.meta.url);
}
