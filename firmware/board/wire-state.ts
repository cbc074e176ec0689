import type { BusPlan } from "../contracts/bus-plan.ts";
import type { SystemFiles } from "../contracts/system-files.ts";
import { spiPins } from "../spi-pins.ts";
import type { Board } from "./detect-board.ts";
import { findLine } from "./line-names.ts";
import type { PinUser } from "./pin-functions.ts";

const CONFIG = "in /boot/firmware/config.txt and a restart turn it on";

/** Why an SPI bus or one of its chip selects cannot be used, ending with what helps; undefined when they can. */
export function spiProblem({ bus, spi = [] }: BusPlan, files: SystemFiles): string | undefined {
  const number = bus.slice("spi".length);
  const there = files.list("/sys/class/spidev");
  const missing = spi.filter(({ select }) => !there.includes(`spidev${number}.${select}`));
  if (missing.length === 0) return undefined;
  const overlay = spiPins(bus)?.overlay ?? `dtoverlay=${bus}-1cs`;
  if (!there.some((name) => name.startsWith(`spidev${number}.`))) {
    return `it is turned off; "${overlay}" ${CONFIG}`;
  }
  const selects = missing.map(({ select }) => `CE${select}`).join(", ");
  return `it has no ${selects}, or a driver of the kernel uses it; "${overlay}" ${CONFIG}`;
}

/**
 * Why a 1-wire bus cannot be used, ending with what helps; undefined when it can. Devices that are not there are no
 * reason: they may be plugged in later.
 */
export function w1Problem(
  { w1 }: BusPlan,
  board: Board,
  users: ReadonlyMap<number, PinUser>,
  files: SystemFiles,
): string | undefined {
  const place = w1 && findLine(w1.line, board);
  if (w1 === undefined || place === undefined) return `${board.model} has no line ${w1?.line}; use GPIO4`;
  const user = users.get(place.offset);
  if (user === undefined) {
    return `it is turned off at ${w1.line}; "dtoverlay=w1-gpio,gpiopin=${place.offset}" ${CONFIG}`;
  }
  if (!user.node.compatible.includes("w1-gpio")) {
    return `${w1.line} is in use by ${user.name}; take the dtoverlay or dtparam that turned it on out of /boot/firmware/config.txt and restart, or use another line`;
  }
  if (files.list("/sys/bus/w1/devices").some((name) => name.startsWith("w1_bus_master"))) return undefined;
  return "it is on, but the kernel's modules for it are not loaded: sudo modprobe w1-gpio w1-therm";
}
