import { equal } from "uvu/assert";
import { detectBoard } from "../../../firmware/board/detect-board.ts";
import { findHardware } from "../../../firmware/board/hardware-problems.ts";
import type { HardwarePlan } from "../../../firmware/contracts/output-plan.ts";
import { spec } from "../../harness/spec.ts";
import { type Folder, fixtureFiles } from "./fixture-files.ts";
import { bcmTree, PI_4, PI_5, rp1Tree, type TreeOptions } from "./pi-trees.ts";

const MODEL = "Raspberry Pi 4 Model B Rev 1.4";

function plan(
  outputs: readonly string[],
  inputs: readonly string[] = [],
  buses: readonly string[] = [],
): HardwarePlan {
  return {
    outputs: outputs.map((line) => ({ line, kind: "line", activeLow: false, safe: "off", onCrash: "safe" })),
    inputs: inputs.map((line) => ({ line, activeLow: false, bias: "none" })),
    buses: buses.map((bus) => ({ bus, hz: 100_000 })),
  };
}

function findings(tree: Folder, wanted: HardwarePlan) {
  const files = fixtureFiles(tree);
  return findHardware(wanted, detectBoard(files), files);
}

const onPi4 = (wanted: HardwarePlan, options?: TreeOptions) =>
  findings(bcmTree(MODEL, PI_4, options), wanted);

spec("lines and buses that are there and free have their places", () => {
  const found = onPi4(plan(["GPIO17"], ["pin 16"], ["i2c-1"]), {
    i2c1: "okay",
    devices: ["i2c-1", "i2c-20"],
  });
  const chip = "pinctrl-bcm2711";
  equal(found, { places: { GPIO17: { chip, offset: 17 }, "pin 16": { chip, offset: 23 } } });
});

spec("everything that stands in the way is said at once, each with what helps", () => {
  const options = { i2c1: "okay", spi0: "okay", uart0: "okay" } as const;
  const wanted = plan(["GPIO2", "GPIO8", "GPIO99", "GPIO17"], ["GPIO14", "pin 11"], ["i2c-1", "i2c-4"]);
  const end = "into /boot/firmware/config.txt and restart, or use another line";
  equal(onPi4(wanted, options), {
    problems: [
      `GPIO2: GPIO2 (pin 3) is in use by i2c1; put "dtparam=i2c_arm=off" ${end}`,
      `GPIO8: GPIO8 (pin 24) is in use by spi0; put "dtparam=spi=off" ${end}`,
      `GPIO99: ${MODEL} has no such line; it has GPIO0 to GPIO27, by pin "pin 3" to "pin 40"`,
      `GPIO14: GPIO14 (pin 8) is in use by serial0; put "enable_uart=0" ${end}`,
      "pin 11: is GPIO17 (pin 11), which GPIO17 is too; each line has one use",
      "i2c-1: it is on, but the kernel's module for it is not loaded: sudo modprobe i2c-dev (and i2c-dev in /etc/modules)",
      'i2c-4: it is turned off; "dtoverlay=i2c4" in /boot/firmware/config.txt and a restart turn it on',
    ],
  });
});

spec("a device that is turned off uses no line, and the chip's own defaults are no use either", () => {
  const { places } = onPi4(plan(["GPIO2", "GPIO6", "GPIO8", "GPIO14"]));
  equal(Object.keys(places ?? {}), ["GPIO2", "GPIO6", "GPIO8", "GPIO14"]);
});

spec("a bus that is turned off says which parameter turns it on", () => {
  const { problems } = onPi4(plan([], [], ["i2c-1", "i2c-0"]));
  const end = "in /boot/firmware/config.txt and a restart turn it on";
  equal(problems, [
    `i2c-1: it is turned off; "dtparam=i2c_arm=on" ${end}`,
    `i2c-0: it is turned off; "dtparam=i2c_vc=on" ${end}`,
  ]);
});

spec("on a Pi 5 pins are named by text, and a line in use is seen all the same", () => {
  const tree = rp1Tree("Raspberry Pi 5 Model B Rev 1.0", PI_5, { i2c1: "okay", devices: ["i2c-1"] });
  const { problems } = findings(tree, plan(["GPIO3", "GPIO17"], [], ["i2c-1"]));
  const end = "into /boot/firmware/config.txt and restart, or use another line";
  equal(problems, [`GPIO3: GPIO3 (pin 5) is in use by i2c1; put "dtparam=i2c_arm=off" ${end}`]);
  equal(findings(tree, plan(["GPIO17"], [], ["i2c-1"])).places, {
    GPIO17: { chip: "pinctrl-rp1", offset: 17 },
  });
});

spec("a line in use by a device of an overlay is named by its node", () => {
  const tree = bcmTree(MODEL, PI_4) as { proc: { "device-tree": { soc: Record<string, Folder> } } };
  const soc = tree.proc["device-tree"].soc;
  soc["gpio@7e200000"] = {
    ...soc["gpio@7e200000"],
    w1_pins: { phandle: [77], "brcm,pins": [4], "brcm,function": [0] },
  };
  soc["onewire@0"] = { compatible: ["w1-gpio"], "pinctrl-0": [77] };
  const { problems } = findings(tree as unknown as Folder, plan(["GPIO4"]));
  equal(problems, [
    "GPIO4: GPIO4 (pin 7) is in use by onewire@0; take the dtoverlay or dtparam that turned it on out of /boot/firmware/config.txt and restart, or use another line",
  ]);
});
