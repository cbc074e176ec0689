import { equal, is, throws } from "uvu/assert";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { type HandWish, handPlan } from "../../../deploy/hand/hand-choice.ts";
import { detectBoard } from "../../../firmware/board/detect-board.ts";
import { fixtureFiles } from "../../firmware/board/fixture-files.ts";
import { bcmTree, PI_4, type TreeOptions } from "../../firmware/board/pi-trees.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";

const MODEL = "Raspberry Pi 4 Model B Rev 1.4";
const CHIP = "pinctrl-bcm2711";

function planned(wish: Partial<HandWish>, changes?: readonly Change[], tree: TreeOptions = {}) {
  const files = fixtureFiles(bcmTree(MODEL, PI_4, tree));
  const config =
    changes === undefined ? undefined : parseConfig(demoWith(["hardware", "linux"], ...changes)).config!;
  return handPlan({ line: "GPIO17", on: true, forMs: 2000, ...wish }, detectBoard(files), files, config);
}

spec("a line that no configuration names is off when nobody wants it, and an input again afterwards", () => {
  const output = {
    line: "GPIO17",
    kind: "line",
    activeLow: false,
    safe: "off",
    onCrash: "safe",
    leaseMs: 2000,
  };
  const linux = { backend: "chardev", places: { GPIO17: { chip: CHIP, offset: 17 } } };
  const plan = { outputs: [output], interlocks: [], level: 1, forMs: 2000, linux, giveBack: true };
  equal(planned({}), plan);
  for (const line of ["pin 11", "pin11", "Pin 11"]) equal(planned({ line }), plan, line);
  equal(planned({ line: "pin 13" }, []).linux.places, { GPIO27: { chip: CHIP, offset: 27 } });
});

spec("a line of the configuration keeps its policy, but for what is for crashes", () => {
  const { outputs, level, giveBack } = planned({ line: "GPIO6", forMs: 60_000 }, []);
  equal(outputs, [
    {
      ...{ line: "GPIO6", kind: "line", activeLow: true, safe: "off", onCrash: "safe" },
      ...{ leaseMs: 2000, maxOnMs: 60_000, minOffMs: 5000 },
    },
  ]);
  equal([level, giveBack], [1, false]);
  const held = planned({ line: "GPIO24", on: false }, [
    ["devices.led.onCrash", "hold"],
    ["devices.led.holdFor", "10m"],
    ["devices.led.lease", undefined],
  ]);
  equal(held.outputs[0], {
    ...{ line: "GPIO24", kind: "line", activeLow: false, safe: "off", onCrash: "safe", leaseMs: 2000 },
  });
  is(held.level, 0);
});

spec("its interlock comes along", () => {
  const { outputs, interlocks } = planned({ line: "GPIO24" }, [
    ["interlocks", { one: { outputs: ["led", "heater"] } }],
  ]);
  equal(
    outputs.map(({ line }) => line),
    ["GPIO24", "GPIO17"],
  );
  equal(interlocks, [{ name: "one", lines: ["GPIO17", "GPIO24"], onSecond: "refuse" }]);
});

for (const [what, wish, changes, tree, why] of [
  [
    "a line that there is not",
    { line: "GPIO99" },
    undefined,
    {},
    /has no line "GPIO99"; it has GPIO0 to GPIO27/,
  ],
  ["a number that may be meant either way", { line: "11" }, undefined, {}, /has no line "11"/],
  ["an expander's pin", { line: "valves.GPA3" }, undefined, {}, /has no line "valves.GPA3"/],
  ["a line that a bus has", { line: "GPIO2" }, undefined, { i2c1: "okay" }, /is in use by i2c1/],
  ["an input", { line: "GPIO23" }, [], {}, /GPIO23 is an input, button of greenhouse/],
  ["pulses", { line: "GPIO18" }, [], {}, /fan of greenhouse, and has pulses: holdfast set/],
  ["longer than maxOn", { line: "GPIO6", forMs: 60_001 }, [], {}, /on for 1m at most \(maxOn\); found 1m/],
  ["another polarity", { line: "GPIO6", activeLow: false }, [], {}, /leave --active-low away/],
] as const)
  spec(`refused: ${what}`, () => {
    throws(() => planned(wish, changes, tree), why);
  });

spec("off may last longer than maxOn", () => {
  is(planned({ line: "GPIO6", on: false, forMs: 600_000 }, []).forMs, 600_000);
});
