import * as assert from "uvu/assert";
import { decideHeating } from "../../devices/controllers/hysteresis.ts";
import { spec } from "../harness/spec.ts";

const SETTINGS = { enabled: true, setpointC: 21, bandC: 0.5 };
const good = (valueC: number) => ({ valueC, quality: "good" }) as const;

spec("below the band the heater goes on, also exactly at its edge", () => {
  assert.equal(decideHeating(false, good(20.4), SETTINGS), {
    on: true,
    reason: { code: "below_band", valueC: 20.4, limitC: 20.5 },
  });
  assert.ok(decideHeating(false, good(20.5), SETTINGS).on);
});

spec("above the band the heater goes off, also exactly at its edge", () => {
  assert.equal(decideHeating(true, good(21.6), SETTINGS), {
    on: false,
    reason: { code: "above_band", valueC: 21.6, limitC: 21.5 },
  });
  assert.not(decideHeating(true, good(21.5), SETTINGS).on);
});

spec("within the band it stays as it is", () => {
  for (const heating of [true, false])
    assert.equal(decideHeating(heating, good(21), SETTINGS), {
      on: heating,
      reason: { code: "within_band", valueC: 21, lowC: 20.5, highC: 21.5 },
    });
});

spec("a stale or bad temperature means off, however cold the last value was", () => {
  assert.equal(decideHeating(true, { valueC: 5, quality: "stale" }, SETTINGS), {
    on: false,
    reason: { code: "input_stale" },
  });
  for (const input of [
    { valueC: 5, quality: "bad" },
    { valueC: undefined, quality: "good" },
    { valueC: Number.NaN, quality: "good" },
  ] as const)
    assert.equal(decideHeating(true, input, SETTINGS), { on: false, reason: { code: "input_bad" } });
});

spec("a suspect temperature keeps or ends heating and never starts it", () => {
  const suspect = (valueC: number) => ({ valueC, quality: "suspect" }) as const;
  assert.equal(decideHeating(false, suspect(5), SETTINGS), {
    on: false,
    reason: { code: "input_suspect", valueC: 5 },
  });
  assert.ok(decideHeating(true, suspect(5), SETTINGS).on);
  assert.is(decideHeating(true, suspect(30), SETTINGS).reason.code, "above_band");
});

spec("disabled is off before anything else", () => {
  assert.equal(decideHeating(true, good(5), { ...SETTINGS, enabled: false }), {
    on: false,
    reason: { code: "disabled" },
  });
});
