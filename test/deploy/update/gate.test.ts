import { equal, is } from "uvu/assert";
import type { DeviceFacts } from "../../../deploy/board/overview.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { type GateFacts, gate, levelFlips } from "../../../deploy/update/gate.ts";
import { isInside, parseUpdateWindow } from "../../../deploy/update/update-window.ts";
import { spec } from "../../harness/spec.ts";
import { demoWith } from "../demo-board.ts";
import { anOutput } from "./an-output.ts";

type Quality = DeviceFacts["readings"][number]["quality"];

function actuator(
  id: string,
  name: string,
  value: number | boolean | null,
  quality: Quality = "good",
): DeviceFacts {
  return anOutput(id, [{ name, unit: "", value, quality }]);
}

const FACTS: GateFacts = {
  devices: [actuator("pump", "on", false), actuator("fan", "level", 0), actuator("valve", "on", true)],
  outputs: [
    { device: "pump", safe: "off" },
    { device: "fan", safe: "off" },
    { device: "valve", safe: "on" },
  ],
  minute: 3 * 60,
  flips: [],
  from: { version: "1.2.0", created: "2026-11-01T12:00:00Z" },
  to: { version: "1.2.0", created: "2026-11-02T12:00:00Z" },
};
const NIGHT = { text: "02:00-04:00", times: parseUpdateWindow("02:00-04:00")! };

spec("a board whose outputs are all safe may restart", () => {
  equal(gate(FACTS), { refusals: [], waits: [], drops: [] });
  equal(gate({ ...FACTS, window: NIGHT }), { refusals: [], waits: [], drops: [] });
});

for (const [what, device, drop] of [
  ["is on", actuator("pump", "on", true), "pump is on"],
  ["turns a little", actuator("fan", "level", 0.01), "fan is on"],
  ["is off, where on is safe", actuator("valve", "on", false), "valve is off"],
  ["has no good reading", actuator("pump", "on", false, "stale"), "pump cannot be read back"],
  ["has none at all", actuator("pump", "other", false), "pump cannot be read back"],
] as const) {
  spec(`an output that ${what} is waited for, and dropped by --now`, () => {
    const devices = [device, ...FACTS.devices!.filter(({ id }) => id !== device.id)];
    equal(gate({ ...FACTS, devices }), { refusals: [], waits: [`${drop}: until it is safe`], drops: [drop] });
    equal(gate({ ...FACTS, devices }, { now: true }), { refusals: [], waits: [], drops: [drop] });
  });
}

spec(
  "what the configuration names since the board started is not driven yet, what it names no more still is",
  () => {
    const outputs = [...FACTS.outputs, { device: "sprinkler", safe: "off" } as const];
    equal(gate({ ...FACTS, outputs }), { refusals: [], waits: [], drops: [] });
    const drop = "heater is on, which the configuration does not name any more";
    const devices = [...FACTS.devices!, actuator("heater", "on", true), actuator("old", "on", false)];
    equal(gate({ ...FACTS, devices }).drops, [drop]);
    // Not even its own devices are told of yet: it has just started.
    equal(gate({ ...FACTS, devices: [] }).drops, [
      "pump cannot be read back",
      "fan cannot be read back",
      "valve cannot be read back",
    ]);
  },
);

spec("a board whose program does not answer drives nothing", () => {
  equal(gate({ ...FACTS, devices: undefined }).waits, []);
});

spec("outside of its window a board waits, also while it does not know the time", () => {
  equal(gate({ ...FACTS, window: NIGHT, minute: 4 * 60 }).waits, ["updateWindow is 02:00-04:00"]);
  equal(gate({ ...FACTS, window: NIGHT, minute: undefined }).waits, [
    "updateWindow is 02:00-04:00, and the board's clock is not set",
  ]);
  equal(gate({ ...FACTS, window: NIGHT, minute: undefined }, { now: true }).waits, []);
});

spec("a safe level that flips needs --flip-safe, an older version --downgrade; --now is neither", () => {
  const flips = levelFlips(
    { GPIO6: "high", GPIO7: "low", GPIO8: "low" },
    { GPIO6: "low", GPIO7: "low", GPIO9: "high" },
  );
  equal(flips, [{ line: "GPIO6", from: "high", to: "low" }]);
  const facts = { ...FACTS, flips, to: { version: "1.1.9", created: "2026-11-03T12:00:00Z" } };
  equal(gate(facts, { now: true }).refusals, [
    "the safe level of GPIO6 from high to low changes: check the wiring, then allow it with --flip-safe",
    "1.1.9 of 2026-11-03 12:00 is older than 1.2.0 of 2026-11-01 12:00, which runs: allow it with --downgrade",
  ]);
  equal(gate(facts, { flipSafe: true, downgrade: true }).refusals, []);
});

spec(
  "of two releases with one version the one that was made earlier is older; where nothing is known none is",
  () => {
    const earlier = { version: "1.2.0", created: "2026-10-31T12:00:00Z" };
    equal(gate({ ...FACTS, to: earlier }).refusals.length, 1);
    equal(gate({ ...FACTS, to: FACTS.from! }).refusals, []);
    equal(gate({ ...FACTS, to: earlier, from: undefined }).refusals, []);
  },
);

for (const [text, inside, outside] of [
  ["02:00-04:00", [120, 239], [119, 240]],
  ["22:30-05:00", [1350, 1439, 0, 299], [300, 1349]],
  ["00:00-24:00", [0, 1439], []],
  ["23:00-24:00", [1380, 1439], [0, 1379]],
] as const) {
  spec(`window ${text}`, () => {
    const window = parseUpdateWindow(text)!;
    for (const minute of inside) is(isInside(window, minute), true, `${minute}`);
    for (const minute of outside) is(isInside(window, minute), false, `${minute}`);
  });
}

spec("a text that is no window is none", () => {
  for (const text of ["", "2:00-4:00", "02:00-02:00", "02:00-24:01", "25:00-26:00", "02:00", "02:00-00:00"])
    is(parseUpdateWindow(text), undefined, text);
});

spec("a window is checked in the configuration, and said what it should be", () => {
  is(parseConfig(demoWith(["updateWindow", "02:00-04:00"])).problems, undefined);
  const [problem] = parseConfig(demoWith(["updateWindow", "2-4"])).problems!;
  is(problem?.path, "updateWindow");
  is(problem?.allowed, 'two different times of day, such as "02:00-04:00" or "22:30-05:00"');
});
