import * as assert from "uvu/assert";
import {
  decideWatering,
  RESTED,
  type SoakInput,
  type SoakSettings,
  type SoakState,
  usedMs,
} from "../../devices/controllers/soak.ts";
import { Greenhouse } from "../../devices/world/greenhouse.ts";
import { spec } from "../harness/spec.ts";

const SETTINGS: SoakSettings = {
  enabled: true,
  thresholdPercent: 35,
  targetPercent: 45,
  maxOnMs: 20_000,
  soakMs: 600_000,
  maxDailyOnMs: 60_000,
};
const SECOND = 1_000_000;
const DAY_S = 86_400;
const good = (moisturePercent: number) => ({ moisturePercent, quality: "good" }) as const;

/** A controller whose state the test need not carry along; times in seconds. */
function controller(settings: SoakSettings = SETTINGS, state: SoakState = RESTED) {
  return (seconds: number, input: SoakInput) => {
    const decision = decideWatering(state, input, settings, seconds * SECOND);
    state = decision.state;
    return decision;
  };
}

spec("dry soil starts a pulse, moist soil does not", () => {
  assert.equal(controller()(0, good(35)).reason, { code: "dry", moisturePercent: 35, limitPercent: 35 });
  const { on, reason } = controller()(0, good(35.1));
  assert.not(on);
  assert.equal(reason, { code: "moist_enough", moisturePercent: 35.1, limitPercent: 35 });
});

spec("a pulse ends at its longest time and the rest follows", () => {
  const at = controller();
  assert.ok(at(0, good(30)).on);
  assert.equal(at(5, good(30)).reason, { code: "watering", leftMs: 15_000 });
  assert.equal(at(20, good(30)).reason, { code: "max_on", onMs: 20_000 });
  assert.equal(at(21, good(30)).reason, { code: "soaking", leftMs: 599_000 });
  assert.not(at(619, good(30)).on);
  assert.ok(at(620, good(30)).on);
});

spec("a pulse ends early when the target is reached", () => {
  const at = controller();
  at(0, good(30));
  const { on, reason } = at(7, good(45));
  assert.not(on);
  assert.equal(reason, { code: "moist_enough", moisturePercent: 45, limitPercent: 45 });
  assert.is(at(8, good(30)).reason.code, "soaking");
});

spec("between threshold and target a pulse goes on, and none begins", () => {
  const at = controller();
  at(0, good(35));
  assert.ok(at(5, good(40)).on);
  assert.not(controller()(0, good(40)).on);
});

spec("stale, bad and suspect inputs end a pulse, start none, and the rest is kept", () => {
  for (const [input, code] of [
    [{ moisturePercent: 10, quality: "stale" }, "input_stale"],
    [{ moisturePercent: 10, quality: "bad" }, "input_bad"],
    [{ moisturePercent: undefined, quality: "good" }, "input_bad"],
    [{ moisturePercent: Number.NaN, quality: "good" }, "input_bad"],
    [{ moisturePercent: 10, quality: "suspect" }, "input_suspect"],
  ] as const) {
    assert.not(controller()(0, input).on);
    const at = controller();
    at(0, good(30));
    const { on, reason } = at(5, input);
    assert.not(on);
    assert.is(reason.code, code);
    assert.is(at(6, good(30)).reason.code, "soaking");
  }
});

spec("the daily bound counts the last 24 hours, and ends a pulse in its middle", () => {
  const at = controller({ ...SETTINGS, maxDailyOnMs: 50_000 });
  for (const start of [0, 1000]) {
    assert.ok(at(start, good(30)).on);
    assert.not(at(start + 20, good(30)).on);
  }
  assert.ok(at(2000, good(30)).on);
  assert.equal(at(2010, good(30)).reason, { code: "daily_bound", usedMs: 50_000, limitMs: 50_000 });
  assert.is(at(10_000, good(30)).reason.code, "daily_bound");
  assert.is(at(DAY_S, good(30)).reason.code, "daily_bound");
  const { on, state } = at(DAY_S + 30, good(30));
  assert.ok(on, "the first pulse is older than a day");
  assert.is(usedMs(state, (DAY_S + 30) * SECOND), 30_000);
});

spec("pulses older than a day are forgotten, so that the state stays small", () => {
  const at = controller({ ...SETTINGS, maxDailyOnMs: 1e9 });
  let longest = 0;
  for (let second = 0; second < 5 * DAY_S; second += 10)
    longest = Math.max(longest, at(second, good(30)).state.pulses.length);
  assert.ok(longest <= DAY_S / 600, `${longest} pulses`);
});

spec("a rest longer than a day is kept too", () => {
  const at = controller({ ...SETTINGS, soakMs: 48 * 3_600_000 });
  at(0, good(30));
  at(20, good(30));
  assert.is(at(1.5 * DAY_S, good(30)).reason.code, "soaking");
  assert.ok(at(2 * DAY_S + 20, good(30)).on);
});

spec("a state that was kept goes on where it stopped", () => {
  const kept: SoakState = JSON.parse(JSON.stringify({ pulses: [{ startUs: 0, endUs: 20 * SECOND }] }));
  assert.is(controller(SETTINGS, kept)(30, good(30)).reason.code, "soaking");
});

spec("disabled ends a pulse", () => {
  const { state } = decideWatering(RESTED, good(30), SETTINGS, 0);
  const off = decideWatering(state, good(30), { ...SETTINGS, enabled: false }, SECOND);
  assert.not(off.on);
  assert.equal(off.reason, { code: "disabled" });
});

spec("in the greenhouse it keeps the soil between threshold and field capacity for three days", () => {
  const world = new Greenhouse({ seed: 7, timeScale: 1 });
  world.override({ moisturePercent: 36 });
  const at = controller();
  let pumpOn = false;
  let pulses = 0;
  let [lowest, highest] = [100, 0];
  for (let second = 0; second < 3 * DAY_S; second++) {
    const { moisturePercent } = world.step(1, { heaterOn: false, pumpOn, fanLevel: 0 });
    const { on } = at(second, { moisturePercent, quality: "good" });
    if (on && !pumpOn) pulses++;
    pumpOn = on;
    lowest = Math.min(lowest, world.truth.moisturePercent);
    highest = Math.max(highest, world.truth.moisturePercent);
  }
  assert.ok(lowest > 34 && highest < 45, `${lowest} .. ${highest}`);
  assert.ok(pulses >= 2 && pulses <= 20, `${pulses} pulses`);
});
