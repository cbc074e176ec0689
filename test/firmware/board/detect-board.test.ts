import { equal, is, throws } from "uvu/assert";
import { detectBoard } from "../../../firmware/board/detect-board.ts";
import { findLine, lineText } from "../../../firmware/board/line-names.ts";
import { spec } from "../../harness/spec.ts";
import { fixtureFiles } from "./fixture-files.ts";
import { bcmTree, PI_4, PI_5, rp1Tree } from "./pi-trees.ts";

for (const [model, compatible, chip, module] of [
  ["Raspberry Pi 2 Model B Rev 1.1", ["raspberrypi,2-model-b", "brcm,bcm2836"], "pinctrl-bcm2835", false],
  [
    "Raspberry Pi 2 Model B Rev 1.2",
    ["raspberrypi,2-model-b-rev2", "brcm,bcm2837"],
    "pinctrl-bcm2835",
    false,
  ],
  [
    "Raspberry Pi 3 Model B Plus Rev 1.3",
    ["raspberrypi,3-model-b-plus", "brcm,bcm2837"],
    "pinctrl-bcm2835",
    false,
  ],
  ["Raspberry Pi Zero 2 W Rev 1.0", ["raspberrypi,model-zero-2-w", "brcm,bcm2837"], "pinctrl-bcm2835", false],
  [
    "Raspberry Pi Compute Module 3 Rev 1.0",
    ["raspberrypi,3-compute-module", "brcm,bcm2837"],
    "pinctrl-bcm2835",
    true,
  ],
  ["Raspberry Pi 4 Model B Rev 1.4", PI_4, "pinctrl-bcm2711", false],
  [
    "Raspberry Pi Compute Module 4 Rev 1.0",
    ["raspberrypi,4-compute-module", "brcm,bcm2711"],
    "pinctrl-bcm2711",
    true,
  ],
] as const) {
  spec(`${model} has its header on ${chip}`, () => {
    const board = detectBoard(fixtureFiles(bcmTree(model, compatible)));
    equal([board.model, board.family.chip, board.module], [model, chip, module]);
  });
}

for (const [model, compatible, module] of [
  ["Raspberry Pi 5 Model B Rev 1.0", PI_5, false],
  ["Raspberry Pi Compute Module 5 Rev 1.0", ["raspberrypi,5-compute-module", "brcm,bcm2712"], true],
] as const) {
  spec(`${model} has its header on pinctrl-rp1, not on the chip of the processor`, () => {
    const board = detectBoard(fixtureFiles(rp1Tree(model, compatible)));
    equal([board.family.chip, board.gpio.name, board.module], ["pinctrl-rp1", "gpio@d0000", module]);
  });
}

spec("what is no board of ours is told so, with what to do", () => {
  throws(() => detectBoard(fixtureFiles({})), /no device tree, so it is no Raspberry Pi.*--emulated/);
  const zero = bcmTree("Raspberry Pi Zero W Rev 1.1", ["raspberrypi,model-zero-w", "brcm,bcm2835"]);
  throws(
    () => detectBoard(fixtureFiles(zero)),
    /^Raspberry Pi Zero W Rev 1.1: its processor is too old.*Zero 2 W/,
  );
  const other = bcmTree("Radxa ROCK 4SE", ["radxa,rock-4se", "rockchip,rk3399"]);
  throws(() => detectBoard(fixtureFiles(other)), /^Radxa ROCK 4SE: a Raspberry Pi 2 to 5.*rockchip,rk3399/);
  const headless = { proc: { "device-tree": { model: "Raspberry Pi 4\0", compatible: PI_4 } } };
  throws(() => detectBoard(fixtureFiles(headless)), /no GPIO chip \(brcm,bcm2711-gpio\)/);
});

spec("a line has three names: its number, its pin, and what the device tree calls it", () => {
  const board = detectBoard(fixtureFiles(bcmTree("Raspberry Pi 4", PI_4)));
  const chip = "pinctrl-bcm2711";
  equal(findLine("GPIO17", board), { chip, offset: 17 });
  equal(findLine("pin 11", board), { chip, offset: 17 });
  equal(findLine("pin 40", board), { chip, offset: 21 });
  equal(findLine("ID_SDA", board), { chip, offset: 0 });
  is(lineText({ chip, offset: 17 }), "GPIO17 (pin 11)");
  is(lineText({ chip, offset: 42 }), "line 42");
});

spec("what is no line is none: power and ground, numbers that may mean either, other names", () => {
  const board = detectBoard(fixtureFiles(bcmTree("Raspberry Pi 4", PI_4)));
  for (const name of [
    "pin 1",
    "pin 6",
    "pin 41",
    "17",
    "11",
    "GPIO28",
    "gpio17",
    "",
    "toString",
    "pin 11 ",
  ]) {
    is(findLine(name, board), undefined, `"${name}"`);
  }
});
