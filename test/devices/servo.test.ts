import * as assert from "uvu/assert";
import { Servo, ServoScale } from "../../devices/drivers/servo.ts";
import { servoCommands } from "../../devices/tasks/servo.ts";
import { spec } from "../harness/spec.ts";
import { NotedOutput } from "./noted-output.ts";

spec("angles are pulses of 500 to 2500 us in 20 ms, unless the ends say otherwise", () => {
  const common = new ServoScale();
  // 500, 1500 and 2500 us of 20,000.
  assert.equal(
    [0, 90, 180].map((angle) => common.duty(angle)),
    [0.025, 0.075, 0.125],
  );
  const aileron = new ServoScale({ minPulseUs: 1000, maxPulseUs: 2000, minAngleDeg: -45, maxAngleDeg: 45 });
  assert.equal(
    [-45, 0, 45].map((angle) => aileron.duty(angle)),
    [0.05, 0.075, 0.1],
  );
});

spec("a duty reads as its angle in tenths of a degree, none at all as no angle", () => {
  const scale = new ServoScale();
  assert.is(scale.angleDeg(0.075), 90);
  assert.is(scale.angleDeg(0.0255), 0.9);
  assert.is(scale.angleDeg(0), undefined);
});

spec("an angle beyond the ends, and ends that are none, are defects", () => {
  const servo = new Servo(new NotedOutput("PWM0"));
  for (const angle of [-0.1, 180.1, Number.NaN]) assert.throws(() => servo.turnTo(angle), RangeError);
  assert.throws(() => new ServoScale({ minPulseUs: 2000, maxPulseUs: 1000 }), RangeError);
  assert.throws(() => new ServoScale({ maxPulseUs: 20_000 }), RangeError);
  assert.throws(() => new ServoScale({ minAngleDeg: 90, maxAngleDeg: 90 }), RangeError);
});

spec("a servo is held by its pulses, or let go when it has come to rest", () => {
  const output = new NotedOutput("PWM0");
  const held = new Servo(output);
  assert.is(held.turnTo(90), Number.POSITIVE_INFINITY);
  held.renew();
  assert.is(held.readAngleDeg(), 90);
  held.off();
  assert.is(held.readAngleDeg(), undefined);
  assert.equal(output.takeLog(), ["write 0.075", "renew", "read", "write 0", "read"]);
  const resting = new Servo(output, { settleMs: 400 });
  assert.is(resting.turnTo(0), 400_000);
  resting.settle();
  assert.equal(output.takeLog(), ["write 0.025", "write 0"]);
});

spec("commands and readings are levels: an angle is a duty, off is none", () => {
  const scale = servoCommands(new ServoScale());
  assert.is(scale.level({ angle: 90 }), 0.075);
  assert.is(scale.level({ on: false }), 0);
  assert.is(scale.level({ angle: 90, on: false }), 0, "off wins");
  assert.is(scale.level({ on: true }), undefined, "on says no angle");
  assert.equal(scale.values(0.075), { angle: 90 });
  assert.equal(scale.values(0), { on: false });
  const found = (angle: number | undefined, on: boolean) =>
    scale.found([
      { reading: "angle", value: angle },
      { reading: "on", value: on },
    ]);
  assert.is(found(90, true), 0.075);
  assert.is(found(undefined, false), 0);
});
