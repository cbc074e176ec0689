/** A board with a relay on every line of the header that can have one: half of them active low. */
import type { Switched } from "../board-kills.ts";

/** Of the header (GPIO0..27) without the lines of the first bus. */
const LINES = Array.from({ length: 28 }, (_, index) => index).filter((index) => index !== 2 && index !== 3);

export function manyOutputs(): { readonly config: string; readonly outputs: readonly Switched[] } {
  const devices: Record<string, object> = {};
  const outputs: Switched[] = [];
  for (const index of LINES) {
    const device = `relay-${index}`;
    const line = `GPIO${index}`;
    const activeLow = index % 2 === 1;
    devices[device] = {
      driver: "relay",
      line,
      activeLow,
      safe: "off",
      commandFor: "10m",
      every: "1s",
      hardDeadline: "5s",
    };
    outputs.push({ device, line, safe: activeLow ? 1 : 0 });
  }
  const config = {
    version: 1,
    board: { id: "greenhouse" },
    hardware: "emulated",
    buses: {},
    devices,
    placement: "shared",
  };
  return { config: JSON.stringify(config), outputs };
}
