import type { BusPlan } from "../contracts/bus-plan.ts";
import type { BusPinPlaces } from "../contracts/guardian-plan.ts";
import { busNode } from "./bus-state.ts";
import type { Board } from "./detect-board.ts";
import { findLine, lineText } from "./line-names.ts";
import type { PinUser } from "./pin-functions.ts";

/** What sets the clock of a bus, for /boot/firmware/config.txt. */
const CLOCKS: Readonly<Record<string, string>> = {
  "i2c-0": "dtparam=i2c_vc_baudrate=",
  "i2c-1": "dtparam=i2c_arm_baudrate=",
};

/** The line of config.txt that gives a bus this clock; of one that has an overlay, that with its clock. */
export function clockSetting(bus: string, hz: number): string {
  return `${CLOCKS[bus] ?? `dtoverlay=${bus.replace("-", "")},baudrate=`}${hz}`;
}

/** The lines of a bus where the plan names them, and whatever of clock and lines is not as planned. */
export interface BusWiring {
  readonly pins?: BusPinPlaces;
  readonly problems: readonly string[];
}

/**
 * Compares a bus with what the device tree says of its node: `clock-frequency`, and which lines have its function. A slower
 * clock would break what the board was admitted with, a quicker one may be too much for a chip or a long cable. A bus
 * without a node (a USB adapter) has nothing to be compared with. `users`: who has which line.
 */
export function busWiring(plan: BusPlan, board: Board, users: ReadonlyMap<number, PinUser>): BusWiring {
  const { bus, hz, pins } = plan;
  const node = busNode(bus, board);
  const [clock] = node?.cells("clock-frequency") ?? [];
  const problems: string[] = [];
  if (node !== undefined && clock !== undefined && clock !== hz) {
    problems.push(
      `its clock is ${speedText(clock)}, ${speedText(hz)} is configured; "${clockSetting(bus, hz)}" in /boot/firmware/config.txt and a restart change it, or "speed": "${speedText(clock)}"`,
    );
  }
  if (pins === undefined) return { problems };
  const sda = findLine(pins.sda, board);
  const scl = findLine(pins.scl, board);
  if (sda === undefined || scl === undefined) return { problems };
  const wired = [...users].filter(([, user]) => node !== undefined && user.node.path === node.path);
  const offsets = wired.map(([offset]) => offset);
  const wrong = [sda, scl].filter(({ offset }) => offsets.length > 0 && !offsets.includes(offset));
  if (wrong.length > 0) {
    const place = offsets.sort((a, b) => a - b).map((offset) => lineText({ chip: sda.chip, offset }));
    problems.push(
      `it is on ${place.join(" and ")}, ${wrong.map(lineText).join(" and ")} ${wrong.length > 1 ? "are" : "is"} configured; correct "sda" and "scl", or give the overlay its pins (dtoverlay -h ${bus.replace("-", "")})`,
    );
  }
  return { pins: { sda, scl }, problems };
}

/** As the configuration writes it: `400kHz`. */
function speedText(hz: number): string {
  if (hz % 1_000_000 === 0) return `${hz / 1_000_000}MHz`;
  return hz % 1000 === 0 ? `${hz / 1000}kHz` : `${hz}Hz`;
}
