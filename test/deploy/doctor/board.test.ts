import { equal } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { checkBoard } from "../../../deploy/doctor/checks/board.ts";
import { spec } from "../../harness/spec.ts";
import { demoText } from "../demo-board.ts";
import { aMachine, linuxDemo, MODEL, said } from "./a-machine.ts";

spec("model, kernel and Node are told", () => {
  equal(said(checkBoard, aMachine()), [
    `ok board.model: ${MODEL}: its header is on pinctrl-bcm2711`,
    "ok board.kernel: Linux 6.12.25+rpt-rpi-v8",
    "ok board.node: Node 20.20.2",
  ]);
});

spec(
  "a machine that is no Raspberry Pi: advice by itself, a problem for linux, in order for emulated",
  () => {
    const pc = aMachine({ bare: true, files: { proc: { sys: { kernel: { osrelease: "6.8.0" } } } } });
    const what = "this machine has no device tree, so it is no Raspberry Pi";
    const remedy = '"hardware": "emulated", or --emulated, runs anywhere';
    equal(said(checkBoard, pc)[0], `advice board.model: ${what} → ${remedy}`);
    equal(said(checkBoard, pc, linuxDemo())[0], `problem board.model: ${what} → ${remedy}`);
    equal(
      said(checkBoard, pc, parseConfig(demoText))[0],
      `ok board.model: emulated pins need no board (${what})`,
    );
  },
);

spec("another board is named with those that are wanted", () => {
  const files = { proc: { "device-tree": { model: "Radxa ROCK 4SE\0", compatible: ["radxa,rock-4se"] } } };
  equal(
    said(checkBoard, aMachine({ bare: true, files }))[0],
    "advice board.model: Radxa ROCK 4SE → a Raspberry Pi 2 to 5, Zero 2 W or Compute Module 3 to 5 is wanted (radxa,rock-4se)",
  );
});

spec("5.10 is the oldest kernel and 20.11 the oldest Node, compared as numbers", () => {
  const told = (osrelease: string, node: string) => {
    const { software } = aMachine();
    const files = { proc: { sys: { kernel: { osrelease } } } };
    return said(checkBoard, aMachine({ files, software: { ...software, node } }))
      .slice(1, 3)
      .map((line) => line.split(" ")[0]);
  };
  equal(told("5.10.0-8-arm64", "20.11.0"), ["ok", "ok"]);
  equal(told("5.9.16", "20.9.0"), ["problem", "problem"]);
  equal(told("6.1.21", "22.0.0"), ["ok", "ok"]);
  equal(told("4.19.66", "18.20.4"), ["problem", "problem"]);
});

spec("a package that does not load is told where the board needs it", () => {
  const { software } = aMachine();
  const natives = { koffi: undefined, "i2c-bus": "Cannot find module 'i2c-bus'", onoff: "gone" };
  const machine = aMachine({ software: { ...software, natives } });
  const remedy =
    "sudo apt install build-essential, then npm ci in Holdfast's folder: it is compiled where it is installed";
  const i2c = `the package i2c-bus, which I2C needs, does not load (Cannot find module 'i2c-bus') → ${remedy}`;
  equal(said(checkBoard, machine).slice(3), [`advice board.package.i2c-bus: ${i2c}`]);
  equal(said(checkBoard, machine, linuxDemo()).slice(3), [`problem board.package.i2c-bus: ${i2c}`]);
  const both = said(
    checkBoard,
    machine,
    linuxDemo(["backend", "sysfs"], ["devices.button.bias", "none"]),
  ).slice(3);
  equal(both.length, 2, both.join("\n"));
  equal(said(checkBoard, machine, parseConfig(demoText)).slice(3), [], "emulated");
});
