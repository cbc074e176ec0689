import { equal, is } from "uvu/assert";
import { detectBoard } from "../../../firmware/board/detect-board.ts";
import { findHardware } from "../../../firmware/board/hardware-problems.ts";
import { pwmChip, pwmOverlay } from "../../../firmware/board/pwm-places.ts";
import type { HardwarePlan } from "../../../firmware/contracts/output-plan.ts";
import { spec } from "../../harness/spec.ts";
import { type Folder, fixtureFiles } from "./fixture-files.ts";
import { bcmTree, PI_4, PI_5, rp1Tree, type TreeOptions } from "./pi-trees.ts";

const END = "in /boot/firmware/config.txt and a restart turn it on";

function findings(tree: Folder, lines: readonly string[]) {
  const plan: HardwarePlan = {
    outputs: lines.map((line) => ({ line, kind: "pwm", activeLow: false, safe: "off", onCrash: "safe" })),
    inputs: [],
    buses: [],
  };
  const files = fixtureFiles(tree);
  return findHardware(plan, detectBoard(files), files);
}

const onPi4 = (lines: readonly string[], options: TreeOptions) =>
  findings(bcmTree("Raspberry Pi 4 Model B", PI_4, options), lines);

spec("a PWM output is a channel of the controller that the device tree gives its line to", () => {
  const node = "/soc/pwm@7e20c000";
  equal(onPi4(["GPIO18", "pin 33"], { pwm: [18, 13] }).pwm, {
    GPIO18: { node, channel: 0 },
    "pin 33": { node, channel: 1 },
  });
});

spec("on a Pi 5 each of the four lines has a channel of its own", () => {
  const tree = rp1Tree("Raspberry Pi 5 Model B", PI_5, { pwm: [12, 13, 18, 19] });
  const { pwm = {} } = findings(tree, ["GPIO12", "GPIO13", "GPIO18", "GPIO19"]);
  equal(
    Object.values(pwm).map(({ channel }) => channel),
    [0, 1, 2, 3],
  );
  is(pwm.GPIO18?.node, "/axi/pcie@120000/rp1/pwm@98000");
});

spec("before the Pi 5 two lines of one channel can't both be outputs", () => {
  equal(onPi4(["GPIO12", "GPIO18"], { pwm: [12, 18] }).problems, [
    "GPIO18: has the same PWM channel as GPIO12 on this board; use GPIO12 or GPIO18 for one and GPIO13 or GPIO19 for the other",
  ]);
});

spec("PWM that is turned off, or turned on for another line, says the overlay for all of them", () => {
  const overlay = "dtoverlay=pwm-2chan,pin=18,func=2,pin2=13,func2=4";
  equal(onPi4(["GPIO18", "GPIO13"], { pwm: [18] }).problems, [
    `GPIO13: its PWM is turned off; "${overlay}" ${END}`,
  ]);
  equal(onPi4(["GPIO12"], {}).problems, [
    `GPIO12: its PWM is turned off; "dtoverlay=pwm,pin=12,func=4" ${END}`,
  ]);
  is(pwmOverlay([19]), "dtoverlay=pwm,pin=19,func=2");
});

spec("a line without PWM, one that something else has, and a driver that is not loaded differ", () => {
  equal(onPi4(["GPIO17"], {}).problems, [
    "GPIO17: has no hardware PWM; use GPIO12, GPIO13, GPIO18 or GPIO19",
  ]);
  equal(onPi4(["GPIO2"], { i2c1: "okay" }).problems, [
    'GPIO2: GPIO2 (pin 3) is in use by i2c1; put "dtparam=i2c_arm=off" into /boot/firmware/config.txt and restart, or use another line',
  ]);
  equal(onPi4(["GPIO18"], { pwm: [18], pwmDriver: false }).problems, [
    "GPIO18: its PWM is on, but the kernel's module for it is not loaded: sudo modprobe pwm-bcm2835 (and pwm-bcm2835 in /etc/modules)",
  ]);
});

spec("a line that PWM has is no line for anything else", () => {
  const files = fixtureFiles(bcmTree("Raspberry Pi 4 Model B", PI_4, { pwm: [18] }));
  const output = { line: "GPIO18", kind: "line", activeLow: false, safe: "off", onCrash: "safe" } as const;
  const { problems } = findHardware({ outputs: [output], inputs: [], buses: [] }, detectBoard(files), files);
  equal(problems, [
    "GPIO18: GPIO18 (pin 12) is in use by pwm@7e20c000; take the dtoverlay or dtparam that turned it on out of /boot/firmware/config.txt and restart, or use another line",
  ]);
});

spec("a controller is found by its node, whatever number it got", () => {
  const files = fixtureFiles(bcmTree("Raspberry Pi 4 Model B", PI_4, { pwm: [18] }));
  is(pwmChip("/soc/pwm@7e20c000", files), "/sys/class/pwm/pwmchip3");
  is(pwmChip("/soc/pwm@7e20c800", files), undefined);
});
