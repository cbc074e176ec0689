import * as assert from "uvu/assert";
import { fieldScale } from "../../../devices/handler/output-scale.ts";
import { spec } from "../../harness/spec.ts";

spec("an output of one field has that as its level, true and false as 1 and 0", () => {
  const relay = fieldScale({ on: { type: "boolean" } });
  assert.is(relay.level({ on: true }), 1);
  assert.equal(relay.values(1), { on: true });
  assert.is(relay.found([{ reading: "on", value: false }]), 0);
  const fan = fieldScale({ level: { type: "number", min: 0, max: 1 } });
  assert.is(fan.level({ level: 0.4 }), 0.4);
  assert.equal(fan.values(0.4), { level: 0.4 });
});

spec("a command or reading without the field says no level", () => {
  const fan = fieldScale({ level: { type: "number", min: 0, max: 1 } });
  assert.is(fan.level({}), undefined);
  assert.is(fan.found([{ reading: "on", value: true }]), undefined);
  assert.is(fan.found([{ reading: "level", value: undefined }]), undefined);
});
