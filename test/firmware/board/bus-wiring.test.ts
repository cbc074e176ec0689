import { equal } from "uvu/assert";
import { detectBoard } from "../../../firmware/board/detect-board.ts";
import { findHardware } from "../../../firmware/board/hardware-problems.ts";
import type { BusPlan } from "../../../firmware/contracts/bus-plan.ts";
import { spec } from "../../harness/spec.ts";
import { type Folder, fixtureFiles } from "./fixture-files.ts";
import { bcmTree, PI_4, PI_5, rp1Tree } from "./pi-trees.ts";

const on = { i2c1: "okay", i2c1Hz: 100_000, devices: ["i2c-1", "i2c-20"] } as const;
const pi4 = bcmTree("Raspberry Pi 4 Model B Rev 1.4", PI_4, on);
const pi5 = rp1Tree("Raspberry Pi 5 Model B Rev 1.0", PI_5, on);
const pins = { sda: "GPIO2", scl: "GPIO3" };

function found(tree: Folder, bus: Partial<BusPlan>) {
  const files = fixtureFiles(tree);
  const plan = { outputs: [], inputs: [], buses: [{ bus: "i2c-1", hz: 100_000, ...bus }] };
  return findHardware(plan, detectBoard(files), files);
}

for (const [name, tree, chip] of [
  ["a Pi 4", pi4, "pinctrl-bcm2711"],
  ["a Pi 5", pi5, "pinctrl-rp1"],
] as const) {
  spec(`a bus with the clock and lines of its configuration has its places, on ${name}`, () => {
    equal(found(tree, { pins }), {
      places: {},
      busPins: { "i2c-1": { sda: { chip, offset: 2 }, scl: { chip, offset: 3 } } },
    });
  });

  spec(`a bus with another clock is a problem with what changes it, on ${name}`, () => {
    equal(found(tree, { hz: 400_000 }).problems, [
      'i2c-1: its clock is 100kHz, 400kHz is configured; "dtparam=i2c_arm_baudrate=400000" in /boot/firmware/config.txt and a restart change it, or "speed": "100kHz"',
    ]);
  });

  spec(`a bus on other lines is a problem that names both, on ${name}`, () => {
    equal(found(tree, { pins: { sda: "GPIO0", scl: "GPIO1" } }).problems, [
      'i2c-1: it is on GPIO2 (pin 3) and GPIO3 (pin 5), GPIO0 (pin 27) and GPIO1 (pin 28) are configured; correct "sda" and "scl", or give the overlay its pins (dtoverlay -h i2c1)',
    ]);
  });
}

spec("a bus without a node, such as a USB adapter, has nothing to be compared with", () => {
  equal(found(pi4, { bus: "i2c-20", hz: 400_000 }), { places: {} });
});
