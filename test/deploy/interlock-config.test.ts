import * as assert from "uvu/assert";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { hardwarePlan } from "../../deploy/config/plan.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

const both = { outputs: ["heater", "pump"] };
const found = (...changes: readonly Change[]) => parseConfig(demoWith(...changes));

spec("an interlock names devices; the guardian is told of their lines", () => {
  const { config } = found(["interlocks", { dry: { ...both, onSecond: "switch", deadTime: "500ms" } }]);
  assert.equal(hardwarePlan(config!).interlocks, [
    { name: "dry", lines: ["GPIO17", "GPIO6"], onSecond: "switch", deadTimeMs: 500 },
  ]);
  assert.is(hardwarePlan(found().config!).interlocks, undefined);
});

const mistakes: readonly [name: string, changes: readonly Change[], path: string, allowed: RegExp][] = [
  ["a group of one", [["interlocks", { dry: { outputs: ["heater"] } }]], "outputs", /list of two devices/],
  [
    "a sensor as a member",
    [["interlocks", { dry: { outputs: ["heater", "soil"] } }]],
    "outputs",
    /"heater", "pump"/,
  ],
  [
    "a member twice",
    [["interlocks", { dry: { outputs: ["heater", "heater"] } }]],
    "outputs",
    /each device once/,
  ],
  [
    "a group that switches without a dead time",
    [["interlocks", { dry: { ...both, onSecond: "switch" } }]],
    "deadTime",
    /a duration/,
  ],
  [
    "a member that holds",
    [
      ["interlocks", { dry: both }],
      ["devices.pump.onCrash", "hold"],
      ["devices.pump.lease", undefined],
    ],
    "outputs",
    /"onCrash": "safe"; pump has "hold"/,
  ],
  [
    "a member that is on by itself",
    [
      ["interlocks", { dry: { outputs: ["heater", "led"] } }],
      ["devices.led.safe", "on"],
    ],
    "outputs",
    /"safe": "off"; led has "on"/,
  ],
];
for (const [name, changes, path, allowed] of mistakes) {
  spec(`${name} is one problem of the group`, () => {
    const { problems = [] } = found(...changes);
    assert.equal(
      problems.map((problem) => problem.path),
      [`interlocks.dry.${path}`],
    );
    assert.match(problems[0]!.allowed, allowed);
  });
}

spec("two controllers in a group that switches are worth a warning", () => {
  const { warnings } = found(["interlocks", { dry: { ...both, onSecond: "switch", deadTime: "1s" } }]);
  const told = warnings.filter(({ path }) => path.startsWith("interlocks"));
  assert.equal(
    told.map(({ path }) => path),
    ["interlocks.dry.onSecond"],
  );
  assert.match(told[0]!.message, /thermostat and irrigation/);
});
