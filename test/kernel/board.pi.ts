/** On an emulated Raspberry Pi 3 with Debian's kernel and device tree: the real drivers of its chips, no simulator. */
import { equal, is, ok } from "uvu/assert";
import { detectBoard } from "../../firmware/board/detect-board.ts";
import { findHardware } from "../../firmware/board/hardware-problems.ts";
import type { HardwarePlan, OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { ChardevLines } from "../../firmware/linux/chardev-lines.ts";
import { GpioChip } from "../../firmware/linux/gpio-chip.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { spec } from "../harness/spec.ts";

const off = { kind: "line", activeLow: false, safe: "off", onCrash: "safe" } as const;

function plan(outputs: readonly string[]): HardwarePlan {
  const inputs = [{ line: "GPIO23", activeLow: false, bias: "pull-up" }] as const;
  return { outputs: outputs.map((line): OutputPlan => ({ ...off, line })), inputs, buses: [] };
}

spec("the board knows what it is", () => {
  const board = detectBoard(localFiles());
  is(board.model, "Raspberry Pi 3 Model B");
  equal([board.family.chip, board.module], ["pinctrl-bcm2835", false]);
});

spec(
  "its header's chip is found by label beside another one, and names its lines as the device tree does",
  (t) => {
    const chip = GpioChip.find("pinctrl-bcm2835")!;
    t.defer(() => chip.close());
    is(chip.info.lines, 54);
    is(chip.line(17).name, "GPIO17");
    const expander = GpioChip.find("raspberrypi-exp-gpio")!;
    t.defer(() => expander.close());
    is(expander.info.lines, 8);
  },
);

spec("lines that I2C and the serial port have are refused, with what frees them", () => {
  const board = detectBoard(localFiles());
  const { problems = [] } = findHardware(plan(["GPIO2", "GPIO14", "GPIO17"]), board, localFiles());
  is(problems.length, 2);
  ok(
    problems[0]!.startsWith('GPIO2: GPIO2 (pin 3) is in use by i2c@7e804000; put "dtparam=i2c_arm=off"'),
    problems[0],
  );
  ok(
    problems[1]!.startsWith('GPIO14: GPIO14 (pin 8) is in use by serial1; put "enable_uart=0"'),
    problems[1],
  );
});

spec("a line is driven and let go, and the next owner finds what it really is", (t) => {
  const board = detectBoard(localFiles());
  const wanted = plan(["GPIO17", "pin 13"]);
  const { places = {} } = findHardware(wanted, board, localFiles());
  const first = ChardevLines.open(wanted, places);
  equal([first.found[0]?.driven, first.found[1]?.driven], [false, false]);
  for (const level of [1, 0, 1]) is(first.drive(0, level), level);
  is(first.drive(1, 0), 0);
  first.close();
  const next = ChardevLines.open(wanted, places);
  t.defer(() => next.close());
  // Debian's kernel makes the lines of a dead owner inputs on this chip (that of Raspberry Pi OS keeps them), and goes
  // on calling them outputs until somebody requests them.
  equal(
    next.found.map(({ driven }) => driven),
    [false, false],
  );
  is(next.drive(0, 0), 0);
});

spec("an edge is armed on a real interrupt line", (t) => {
  const wanted = plan([]);
  const { places = {} } = findHardware(wanted, detectBoard(localFiles()), localFiles());
  const lines = ChardevLines.open(wanted, places);
  t.defer(() => lines.close());
  lines.attach({ edge: () => {}, edgesLost: () => {} });
  ok([0, 1].includes(lines.sense(0)));
});
