import * as assert from "uvu/assert";
import type { BoardConfig } from "../../../deploy/config/board-schema.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { configChanges } from "../../../deploy/reload/config-changes.ts";
import { type JudgedChange, judgeChange } from "../../../deploy/reload/judge-change.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";

function config(...changes: readonly Change[]): BoardConfig {
  const { config: found, problems } = parseConfig(demoWith(...changes));
  if (found === undefined) throw new Error(JSON.stringify(problems));
  return found;
}

function judged(...changes: readonly Change[]): JudgedChange {
  return judgeChange(config(), config(...changes));
}

const replanned = (judged: JudgedChange) => judged.replanned.map(({ plan }) => plan.id);
const fixed = ({ changes }: JudgedChange) =>
  changes.filter(({ restart }) => restart !== undefined).map(({ path }) => path);

spec("two files that say the same differ in nothing, however they are written", () => {
  const other = Object.fromEntries(Object.entries(config()).reverse()) as unknown as BoardConfig;
  assert.equal(judgeChange(config(), other), { changes: [], replanned: [] });
});

spec("differences are told leaf by leaf; what comes or goes as a whole is one", () => {
  assert.equal(
    configChanges(
      { a: { b: 1, list: [1, 2] }, gone: { x: 1 } },
      { a: { b: 2, list: [1, 3], new: true }, come: { y: 1 } },
    ),
    [
      { at: ["a", "b"], from: 1, to: 2 },
      { at: ["a", "list"], from: [1, 2], to: [1, 3] },
      { at: ["a", "new"], from: undefined, to: true },
      { at: ["gone"], from: { x: 1 }, to: undefined },
      { at: ["come"], from: undefined, to: { y: 1 } },
    ],
  );
  // Every object has a constructor, and a device may be called so.
  assert.equal(configChanges({}, { constructor: 1 }), [{ at: ["constructor"], from: undefined, to: 1 }]);
});

spec("a period concerns its device, and the controller that reckons by it", () => {
  assert.equal(replanned(judged(["devices.climate.every", "500ms"])), ["climate"]);
  const withoutAge: Change = ["controllers.thermostat.maxAge", undefined];
  const reckons = judgeChange(config(withoutAge), config(withoutAge, ["devices.climate.every", "2s"]));
  assert.equal(replanned(reckons), ["climate", "thermostat"]);
});

spec("what nobody's plan has goes live without anybody", () => {
  const change = judged(["admission", { cores: 2 }], ["updateWindow", "02:00-04:00"]);
  assert.equal([fixed(change), replanned(change)], [[], []]);
  assert.is(change.changes.length, 2);
});

spec("one field that needs a restart keeps all of it from going live, and says why", () => {
  const change = judged(["devices.climate.every", "500ms"], ["devices.pump.minOff", "6s"]);
  assert.equal(fixed(change), ["devices.pump.minOff"]);
  assert.equal(replanned(change), []);
  assert.match(change.changes.find(({ path }) => path === "devices.pump.minOff")!.restart!, /guardian/);
});

spec("a field that is live needs a restart where its value reaches others", () => {
  const reaches: readonly (readonly [Change, RegExp])[] = [
    [["devices.fan.settings.frequency", "20kHz"], /guardian drives/],
    [["devices.button.settings.debounce", "30ms"], /guardian reads/],
    // Shorter periods are met by spinning.
    [["devices.led.every", "20ms"], /its cell waits another way/],
  ];
  const quick: readonly Change[] = [
    ["devices.led.deadline", "20ms"],
    ["devices.led.hardDeadline", "40ms"],
  ];
  for (const [change, why] of reaches) {
    const verdict = judgeChange(config(...quick), config(...quick, change));
    assert.equal(fixed(verdict), [change[0]]);
    assert.match(verdict.changes[0]!.restart!, why);
  }
});

spec("bounds of a command go live, unless Home Assistant was told of them", () => {
  const bounds: Change = ["controllers.thermostat.settings.maxSetpointC", 28];
  assert.equal(fixed(judged(bounds)), []);
  const told: Change = ["mqtt.homeAssistant", {}];
  assert.equal(fixed(judgeChange(config(told), config(told, bounds))), [
    "controllers.thermostat.settings.maxSetpointC",
  ]);
});

spec("a setting that is written anew takes the place of what commands had changed", () => {
  const [thermostat] = judged(
    ["controllers.thermostat.settings.setpointC", 22],
    ["controllers.thermostat.every", "2s"],
  ).replanned;
  assert.equal(thermostat!.forget, ["setpointC"]);
});

spec("devices and controllers that come, go or become others need a restart", () => {
  const changes: readonly Change[] = [
    ["devices.led", undefined],
    ["controllers.irrigation", undefined],
    ["board.id", "shed"],
    ["devices.light.bus", "i2c-1"],
    ["mqtt.root", "garden"],
    ["placement", "shared"],
    ["devices.heater.activeLow", true],
    ["devices.soil.criticality", "critical"],
  ];
  for (const change of changes) assert.equal(fixed(judged(change)), [change[0]], change[0]);
});
