import { equal } from "uvu/assert";
import { detectBoard } from "../../../firmware/board/detect-board.ts";
import { findHardware } from "../../../firmware/board/hardware-problems.ts";
import type { BusPlan } from "../../../firmware/contracts/bus-plan.ts";
import { spec } from "../../harness/spec.ts";
import { type Folder, fixtureFiles } from "./fixture-files.ts";
import { bcmTree, PI_4, type TreeOptions } from "./pi-trees.ts";

const END = "in /boot/firmware/config.txt and a restart turn it on";

function problems(bus: BusPlan, options: TreeOptions): readonly string[] {
  const files = fixtureFiles(bcmTree("Raspberry Pi 4 Model B", PI_4, options) as Folder);
  const { problems = [] } = findHardware(
    { outputs: [], inputs: [], buses: [bus] },
    detectBoard(files),
    files,
  );
  return problems;
}

const spi = (...selects: readonly number[]): BusPlan => ({
  bus: "spi0",
  hz: 1_000_000,
  spi: selects.map((select) => ({ select, mode: 0, hz: 1_000_000 })),
});
const w1 = (line: string): BusPlan => ({ bus: "w1", hz: 16_000, w1: { line, devices: [] } });

spec("an SPI bus is there when its chip selects have their files", () => {
  equal(problems(spi(0, 1), { spidev: ["spidev0.0", "spidev0.1"] }), []);
  equal(problems(spi(0), {}), [`spi0: it is turned off; "dtparam=spi=on" ${END}`]);
  equal(problems(spi(0, 1), { spidev: ["spidev0.0"] }), [
    `spi0: it has no CE1, or a driver of the kernel uses it; "dtparam=spi=on" ${END}`,
  ]);
});

spec("a 1-wire bus is there when its line is given to it and the kernel has a master", () => {
  equal(problems(w1("GPIO4"), { w1: 4 }), []);
  equal(problems(w1("pin 7"), { w1: 4 }), []);
  equal(problems(w1("GPIO4"), {}), [`w1: it is turned off at GPIO4; "dtoverlay=w1-gpio,gpiopin=4" ${END}`]);
  equal(problems(w1("GPIO17"), { w1: 4 }), [
    `w1: it is turned off at GPIO17; "dtoverlay=w1-gpio,gpiopin=17" ${END}`,
  ]);
  equal(problems(w1("GPIO4"), { w1: 4, w1Driver: false }), [
    "w1: it is on, but the kernel's modules for it are not loaded: sudo modprobe w1-gpio w1-therm",
  ]);
  equal(problems(w1("GPIO2"), { i2c1: "okay" }), [
    "w1: GPIO2 is in use by i2c1; take the dtoverlay or dtparam that turned it on out of /boot/firmware/config.txt and restart, or use another line",
  ]);
});
