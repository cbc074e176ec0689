import { equal, is, throws } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { hardwarePlan } from "../../../deploy/config/plan.ts";
import { cellsOf, nodeAt, type TreeBlob } from "../../../deploy/image/device-tree-blob.ts";
import { fitTree } from "../../../deploy/image/header-tree.ts";
import { ImageError } from "../../../deploy/image/image-error.ts";
import { detectBoard } from "../../../firmware/board/detect-board.ts";
import { findHardware } from "../../../firmware/board/hardware-problems.ts";
import { pinFunctions } from "../../../firmware/board/pin-functions.ts";
import type { HardwarePlan } from "../../../firmware/contracts/output-plan.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";
import { debianTree, machineOf } from "./debian-tree.ts";

const NONE: HardwarePlan = { outputs: [], inputs: [], buses: [] };
const relay = { kind: "line", activeLow: false, safe: "off", onCrash: "safe" } as const;

function planOf(...changes: readonly Change[]): HardwarePlan {
  const { config, problems } = parseConfig(
    demoWith(["hardware", "linux"], ["world", undefined], ["$schema", undefined], ...changes),
  );
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return hardwarePlan(config);
}

function fitted(plan: HardwarePlan): TreeBlob {
  const tree = debianTree();
  fitTree(tree, plan);
  return tree;
}

function status(tree: TreeBlob, path: string): string | undefined {
  return nodeAt(tree.root, path)?.properties.get("status")?.toString().replace("\0", "");
}

/** Who has which line of the header, as the guardian reads it from the machine. */
function users(tree: TreeBlob): Record<string, string> {
  const found = pinFunctions(detectBoard(machineOf(tree, {})));
  return Object.fromEntries(
    [...found].filter(([pin]) => pin < 28).map(([pin, { name }]) => [`GPIO${pin}`, name]),
  );
}

spec("the demo board finds everything it needs in the tree that was made for it", () => {
  const plan = planOf();
  const tree = fitted(plan);
  const files = machineOf(tree, {
    "/sys/class/i2c-dev": ["i2c-0", "i2c-1"],
    "/sys/class/pwm": ["pwmchip0"],
  });
  const uevent = "OF_FULLNAME=/soc/pwm@7e20c000\n";
  const withPwm = {
    ...files,
    read: (path: string) => (path.endsWith("/device/uevent") ? Buffer.from(uevent) : files.read(path)),
  };
  const { problems = [], places = {} } = findHardware(plan, detectBoard(withPwm), withPwm);
  equal(problems, []);
  is(places.GPIO17?.offset, 17);
  equal(cellsOf(nodeAt(tree.root, "/soc/i2c@7e804000")!, "clock-frequency"), [400_000]);
  is(nodeAt(tree.root, "/aliases")?.properties.get("i2c1")?.toString(), "/soc/i2c@7e804000\0");
});

spec("what a board does not use has no line of the header, but for the serial console", () => {
  equal(users(debianTree()), {
    ...{ GPIO0: "i2c@7e205000", GPIO1: "i2c@7e205000", GPIO2: "i2c@7e804000", GPIO3: "i2c@7e804000" },
    ...{ GPIO14: "serial1", GPIO15: "serial1" },
  });
  equal(users(fitted(NONE)), { GPIO14: "serial1", GPIO15: "serial1" });
});

spec(
  "the serial console gives up its lines to a board that uses one of them, no other serial port does",
  () => {
    const tree = fitted({ ...NONE, outputs: [{ ...relay, line: "GPIO15" }] });
    equal(users(tree), {});
    is(status(tree, "/soc/serial@7e215040"), "disabled");
    is(status(tree, "/soc/serial@7e201000"), "okay", "it is the Bluetooth chip's");
  },
);

spec("an SPI bus gets its lines, as many chip selects as are used, and a device for each chip", () => {
  const spi = [
    { select: 0, mode: 0, hz: 500_000 },
    { select: 1, mode: 3, hz: 2_000_000 },
  ] as const;
  const tree = fitted({ ...NONE, buses: [{ bus: "spi0", hz: 1_000_000, spi }] });
  const bus = nodeAt(tree.root, "/soc/spi@7e204000")!;
  equal(cellsOf(bus, "cs-gpios"), [0x0f, 8, 1, 0x0f, 7, 1]);
  equal(
    bus.children.map((chip) => [chip.name, cellsOf(chip, "spi-max-frequency")]),
    [
      ["spidev@0", [500_000]],
      ["spidev@1", [1_000_000]],
    ],
  );
  const [first] = spi;
  const one = fitted({ ...NONE, buses: [{ bus: "spi0", hz: 1_000_000, spi: [first] }] });
  equal(Object.keys(users(one)).sort(), ["GPIO10", "GPIO11", "GPIO14", "GPIO15", "GPIO8", "GPIO9"]);
});

spec("1-wire is a device of its own at its line", () => {
  const tree = fitted({ ...NONE, buses: [{ bus: "w1", hz: 16_000, w1: { line: "GPIO5", devices: [] } }] });
  equal(cellsOf(nodeAt(tree.root, "/onewire")!, "gpios"), [0x0f, 5, 0]);
  is(users(tree).GPIO5, "onewire");
});

spec("two PWM lines share the controller, each with the function that is PWM there", () => {
  const pwm = { ...relay, kind: "pwm" } as const;
  const tree = fitted({
    ...NONE,
    outputs: [
      { ...pwm, line: "GPIO12" },
      { ...pwm, line: "GPIO19" },
    ],
  });
  const gpio = nodeAt(tree.root, "/soc/gpio@7e200000")!;
  const settings = gpio.children.filter(({ name }) => name.startsWith("holdfast-"));
  equal(
    settings.map((setting) => [cellsOf(setting, "brcm,pins"), cellsOf(setting, "brcm,function")]),
    [
      [[12], [4]],
      [[19], [2]],
    ],
  );
  equal(
    cellsOf(nodeAt(tree.root, "/soc/pwm@7e20c000")!, "pinctrl-0"),
    settings.flatMap((setting) => cellsOf(setting, "phandle")),
  );
});

spec("a bus or a PWM line that the image cannot provide stops the build, with what it does provide", () => {
  const refused = (plan: Partial<HardwarePlan>, why: RegExp) =>
    throws(
      () => fitted({ ...NONE, ...plan }),
      (error: ImageError) => error instanceof ImageError && error.code === "noBus" && why.test(error.message),
    );
  refused({ buses: [{ bus: "i2c-3", hz: 100_000 }] }, /^i2c-3: Holdfast OS provides i2c-0 \(GPIO0, GPIO1\)/);
  refused({ outputs: [{ ...relay, kind: "pwm", line: "GPIO5" }] }, /^PWM at GPIO5: .*Raspberry Pi OS/);
});
