import * as assert from "uvu/assert";
import { admit } from "../../deploy/admission/admit.ts";
import { startTable } from "../../deploy/cli/start-table.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { hardwarePlan } from "../../deploy/config/plan.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

const valves = { chip: "mcp23017", bus: "i2c-1", address: "0x20", rail: { line: "GPIO5", activeLow: true } };
/** A copy each time: further changes are written into it. */
const board = (): readonly Change[] => [
  ["expanders", { valves: structuredClone(valves) }],
  ["devices.pump.line", "valves.GPB1"],
];
const found = (...changes: readonly Change[]) => parseConfig(demoWith(...board(), ...changes));

spec("a relay may be at a pin of an expander; the guardian is told where, and has the rail itself", () => {
  const { config, warnings } = found();
  const { outputs, expanders } = hardwarePlan(config!);
  const [{ outputs: pins = [], ...chip } = {}] = expanders!;
  assert.equal(chip, {
    ...{ expander: "valves", bus: "i2c-1", address: 0x20, pins: 16, rail: "GPIO5" },
    registers: { direction: 0x00, latch: 0x14, port: 0x12 },
  });
  assert.equal(
    pins.map(({ line, pin, safe, leaseMs }) => ({ line, pin, safe, leaseMs })),
    [{ line: "valves.GPB1", pin: 9, safe: "off", leaseMs: 2000 }],
  );
  assert.equal(
    outputs.map(({ line }) => line),
    ["GPIO17", "GPIO18", "GPIO24", "GPIO5"],
  );
  assert.equal(
    warnings.filter(({ path }) => path.includes("pump")),
    [],
    "no pull of the header holds it",
  );
});

spec("the start table says where it is and what feeds it", () => {
  const table = startTable(found().config!, { version: "0" });
  assert.match(table, /pump +relay +valves\.GPB1 +500ms/);
  assert.match(table, /valves {2}mcp23017 at i2c-1 0x20, rail GPIO5 pin 29/);
});

spec("its transfers count where the bus is admitted", () => {
  const used = (text: string) => {
    const { config } = parseConfig(text);
    return admit(config!).buses.find(({ name }) => name === "i2c-1")!.usePpm;
  };
  assert.ok(used(demoWith(...board())) > used(demoWith()));
});

const mistakes: readonly [name: string, change: Change, path: string, allowed: RegExp, near?: string][] = [
  [
    "a pin of no expander",
    ["devices.pump.line", "valve.GPB1"],
    "devices.pump.line",
    /pin of "valves"/,
    "valves.GPB1",
  ],
  ["no such pin", ["devices.pump.line", "valves.GPB8"], "devices.pump.line", /GPA0, .*GPB7/, "valves.GPB0"],
  ["a pin used twice", ["devices.led.line", "valves.GPB1"], "devices.led.line", /belongs to devices.pump/],
  ["an address that a sensor has", ["devices.soil.address", "0x20"], "devices.soil.address", /address/],
  [
    "a rail that is a device's line",
    ["expanders.valves.rail", { line: "GPIO17" }],
    "devices.heater.line",
    /rail/,
  ],
  [
    "an expander on no bus",
    ["expanders.valves.bus", "i2c-7"],
    "expanders.valves.bus",
    /"i2c-1" or "i2c-0"/,
    "i2c-1",
  ],
  ["a pin to be released", ["devices.pump.onCrash", "release"], "devices.pump.onCrash", /cannot promise/],
  ["PWM at an expander", ["devices.fan.line", "valves.GPA0"], "devices.fan.line", /hardware PWM/],
];
for (const [name, change, path, allowed, near] of mistakes) {
  spec(`${name} is one problem, at its path`, () => {
    const { problems = [] } = found(change);
    assert.equal(
      problems.map((problem) => problem.path),
      [path],
    );
    assert.match(problems[0]!.allowed, allowed);
    assert.is(problems[0]!.suggestion, near);
  });
}

spec("an expander may be written with the pins of the header, and one without devices is told of", () => {
  const { config } = found(["expanders.valves.rail", { line: "pin 29" }]);
  assert.is(hardwarePlan(config!).expanders![0]!.rail, "GPIO5");
  const { warnings } = found(["devices.pump.line", "GPIO6"]);
  assert.ok(warnings.some(({ path }) => path === "expanders.valves"));
});

spec("a rail that its pull switches on at power-up is worth a warning with the resistor that helps", () => {
  const told = (rail: object) =>
    found(["expanders.valves.rail", rail]).warnings.filter(
      ({ path }) => path === "expanders.valves.rail.line",
    );
  assert.equal(told({ line: "GPIO5", activeLow: true }), []);
  assert.match(
    told({ line: "GPIO5" })[0]!.message,
    /pulled high, which switches it on; a 10k pull-down from pin 29/,
  );
});
