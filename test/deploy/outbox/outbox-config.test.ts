import * as assert from "uvu/assert";
import { readOptions } from "../../../deploy/board/options.ts";
import { outboxPlan } from "../../../deploy/board/outbox-plan.ts";
import { parseConfig } from "../../../deploy/config/load-config.ts";
import { KEPT_EVENTS } from "../../../deploy/config/outbox-schema.ts";
import { spec } from "../../harness/spec.ts";
import { type Change, demoWith } from "../demo-board.ts";

const OPTIONS = readOptions({ HOLDFAST_STATE: "/state" });
const URL = "mqtt://broker:1883";
const found = (...changes: readonly Change[]) => parseConfig(demoWith(...changes));
const plan = (...changes: readonly Change[]) => outboxPlan(found(...changes).config!, OPTIONS);

spec("a board with a broker elsewhere has an outbox of 16 MB and a week, one with its own has none", () => {
  assert.is(plan(), undefined);
  const { program, ...rest } = plan(["mqtt.url", URL])!;
  assert.ok(program.endsWith("outbox-main.js"));
  assert.equal(rest, {
    folder: "/state/greenhouse/outbox",
    limits: { sizeBytes: 16_000_000, ageMs: 7 * 86_400_000, syncEveryMs: 5000, syncRecords: 500 },
    events: KEPT_EVENTS,
    keepEveryMs: {},
  });
  const elsewhere = readOptions({ HOLDFAST_STATE: "/state", HOLDFAST_BROKER: URL });
  assert.ok(outboxPlan(found().config!, elsewhere));
});

spec("what is written holds: bounds, events, and which readings are kept how often", () => {
  const { limits, events, keepEveryMs } = plan(
    ["mqtt.outbox", { size: "2.5MB", age: "36h", syncEvery: "30s", syncRecords: 50, events: ["crash"] }],
    ["devices.climate.keepEvery", "10s"],
  )!;
  assert.equal(limits, { sizeBytes: 2_500_000, ageMs: 129_600_000, syncEveryMs: 30_000, syncRecords: 50 });
  assert.equal(events, ["crash"]);
  assert.equal(keepEveryMs, { climate: 10_000 });
});

spec("where nothing is to be kept there is no outbox", () => {
  assert.is(plan(["mqtt.outbox", { events: [] }]), undefined);
  assert.ok(plan(["mqtt.outbox", { events: [] }], ["devices.climate.keepEvery", "10s"]));
});

const mistakes: readonly [at: string, value: unknown, allowed: RegExp, suggestion: string | undefined][] = [
  ["mqtt.outbox.size", "16mb", /a size from 1MB to 4GB, such as "16MB"/, "16MB"],
  ["mqtt.outbox.size", "1kB", /a size from 1MB/, undefined],
  ["mqtt.outbox.age", "10m", /a duration from 1h/, undefined],
  ["mqtt.outbox.syncEvery", "0s", /a duration from 100ms to 10m/, undefined],
  ["mqtt.outbox.events", "crash", /a list of kinds of events/, undefined],
  ["devices.climate.keepEvery", true, /a duration from 100ms to 24h/, undefined],
];
for (const [at, value, allowed, suggestion] of mistakes) {
  spec(`${at} of ${JSON.stringify(value)} is refused with what is allowed`, () => {
    const [problem] = found(["mqtt.outbox", {}], [at, value]).problems!;
    assert.is(problem!.path, at);
    assert.match(problem!.allowed, allowed);
    assert.is(problem!.suggestion, suggestion);
  });
}

spec("a device that wants something kept where nothing is gets a warning that says what helps", () => {
  const { warnings } = found(["devices.climate.keepEvery", "10s"]);
  const [warning] = warnings.filter(({ path }) => path === "devices.climate.keepEvery");
  assert.match(warning!.message, /write "url" of "mqtt" for another broker, or "outbox": \{\}/);
  assert.equal(
    found(["mqtt.url", URL], ["devices.climate.keepEvery", "10s"]).warnings.filter(({ path }) =>
      path.endsWith("keepEvery"),
    ),
    [],
  );
});
