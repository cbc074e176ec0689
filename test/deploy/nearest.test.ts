import * as assert from "uvu/assert";
import { editDistance, nearest } from "../../deploy/nearest.ts";
import { spec } from "../harness/spec.ts";

spec("an insertion, a deletion, a replacement and a swap are one edit each", () => {
  assert.is(editDistance("heater", "heater"), 0);
  assert.is(editDistance("heter", "heater"), 1);
  assert.is(editDistance("heaters", "heater"), 1);
  assert.is(editDistance("hexter", "heater"), 1);
  assert.is(editDistance("haeter", "heater"), 1);
  assert.is(editDistance("", "heater"), 6);
  assert.is(editDistance("ca", "abc"), 3);
});

spec("the nearest name is found whatever its case, the first of several", () => {
  assert.is(nearest("Heatr", ["pump", "heater"]), "heater");
  assert.is(nearest("HEATER", ["heater"]), "heater");
  assert.is(nearest("led3", ["led1", "led2"]), "led1");
});

spec("what is too far is not suggested", () => {
  assert.is(nearest("fan", ["led", "pump"]), undefined);
  assert.is(nearest("temperature", ["pressure"]), undefined);
  assert.is(nearest("x", []), undefined);
  assert.is(nearest("x".repeat(100), ["x".repeat(99)]), undefined);
});
