import * as assert from "uvu/assert";
import { irrigationLaw } from "../../devices/controllers/irrigation.ts";
import { thermostatLaw } from "../../devices/controllers/thermostat.ts";
import { spec } from "../harness/spec.ts";

const good = (value: number) => ({ value, quality: "good", ageMs: 0 }) as const;
const s = 1_000_000;

spec("looking at a thermostat's decision does not make it heat", () => {
  const law = thermostatLaw({ setpointC: 21, bandC: 0.5, maxAgeMs: 5000 });
  assert.is(law.look(good(20), 0).on, true);
  assert.is(law.look(good(21), 0).on, false, "within the band it goes on as it was: off");
  assert.is(law.decide(good(20), 0).on, true);
  assert.is(law.look(good(21), 0).on, true);
  assert.is(law.look(undefined, 0).trusted, false);
  assert.is(law.decide(good(21), 0).on, true, "the look without an input did not stop it");
});

spec("looking at an irrigation's decision begins no dose and ends none", () => {
  const law = irrigationLaw({ thresholdPercent: 35, onForMs: 10_000, soakMs: 60_000, maxAgeMs: 5000 });
  assert.is(law.look(good(20), 0).on, true);
  assert.is(law.decide(good(20), 100 * s).on, true, "its dose begins now");
  assert.is(law.look(undefined, 101 * s).trusted, false);
  assert.is(law.decide(good(20), 109 * s).on, true, "and goes on");
  assert.is(law.decide(undefined, 109.5 * s).on, false);
  assert.match(law.look(good(20), 110 * s).why, "soaking", "a dose that was cut short is a dose");
});
