import * as assert from "uvu/assert";
import { dutyOf, PwmFan } from "../../devices/drivers/pwm-fan.ts";
import { spec } from "../harness/spec.ts";
import { NotedOutput } from "./noted-output.ts";

spec("below its minimum duty a fan is off", () => {
  assert.is(dutyOf(0, 0.2), 0);
  assert.is(dutyOf(0.199, 0.2), 0);
  assert.is(dutyOf(0.2, 0.2), 0.2);
  assert.is(dutyOf(1, 0.2), 1);
});

spec("levels outside 0..1 are defects", () => {
  const fan = new PwmFan(new NotedOutput("PWM0"));
  for (const level of [-0.01, 1.01, Number.NaN]) assert.throws(() => fan.setLevel(level), RangeError);
});

spec("from rest a fan is kicked, then settles at its level", () => {
  const output = new NotedOutput("PWM0");
  const fan = new PwmFan(output);
  assert.is(fan.setLevel(0.4), 500_000);
  assert.is(fan.readLevel(), 1);
  fan.settle();
  assert.is(fan.readLevel(), 0.4);
  fan.settle();
  assert.equal(output.takeLog(), ["write 1", "read", "write 0.4", "read"]);
});

spec("a turning fan changes level without a kick", () => {
  const output = new NotedOutput("PWM0");
  const fan = new PwmFan(output);
  fan.setLevel(0.4);
  fan.settle();
  output.takeLog();
  assert.is(fan.setLevel(0.3), 0);
  assert.is(fan.setLevel(0.1), 0);
  assert.is(fan.setLevel(0.3), 500_000);
  assert.equal(output.takeLog(), ["write 0.3", "write 0", "write 1"]);
});

spec("a level set during the kick is reached when it ends, and off ends it at once", () => {
  const output = new NotedOutput("PWM0");
  const fan = new PwmFan(output, { kickDuty: 0.9, kickMs: 300 });
  assert.is(fan.setLevel(0.4), 300_000);
  assert.is(fan.setLevel(0.6), 0);
  fan.settle();
  assert.equal(output.takeLog(), ["write 0.9", "write 0.6"]);
  fan.setLevel(0);
  fan.setLevel(0.4);
  fan.setLevel(0);
  fan.settle();
  assert.equal(output.takeLog(), ["write 0", "write 0.9", "write 0"]);
});

spec("no kick where none is needed", () => {
  const output = new NotedOutput("PWM0");
  assert.is(new PwmFan(output).setLevel(1), 0);
  assert.is(new PwmFan(output, { kickMs: 0 }).setLevel(0.4), 0);
  assert.equal(output.takeLog(), ["write 1", "write 0.4"]);
});
