import * as assert from "uvu/assert";
import { OutputCommand } from "../../../devices/handler/output-command.ts";
import { spec } from "../../harness/spec.ts";

const s = 1_000_000;
const owned = { safe: "off", ownedBy: "thermostat", maxOverrideMs: 1_800_000 } as const;
const free = { safe: "off", commandForMs: 5000, maxOverrideMs: 1_800_000 } as const;
const plain = { values: {} };

spec("a command ends by its own `for`, else by the device's `commandFor`", () => {
  const output = new OutputCommand(free);
  output.fromPerson({ values: {}, forMs: 2000 }, 1, 0);
  assert.equal([output.level(1.9 * s), output.level(2 * s)], [1, 0]);
  assert.is(output.expire(1.9 * s), false);
  assert.is(output.expire(2 * s), true);
  output.fromPerson(plain, 1, 10 * s);
  assert.is(output.endsAtUs(), 15 * s);
});

spec("off needs no end", () => {
  const output = new OutputCommand(free);
  output.fromPerson(plain, 0, 0);
  assert.is(output.endsAtUs(), Number.POSITIVE_INFINITY);
  assert.is(output.expire(1e12), false);
});

spec("a manual on at an owned output is refused with ownedBy, and nothing moves", () => {
  const output = new OutputCommand(owned);
  const verdict = output.fromPerson(plain, 1, 0);
  assert.match(verdict.accepted ? "" : verdict.reason, /ownedBy thermostat/);
  assert.is(output.level(1), 0);
});

spec("off at an owned output is accepted and outlasts the controller's next on", () => {
  const output = new OutputCommand(owned);
  output.fromController("thermostat", 1, 3000, 0);
  assert.ok(output.fromPerson(plain, 0, 1 * s).accepted);
  output.fromController("thermostat", 1, 3000, 2 * s);
  assert.is(output.level(2 * s), 0);
  assert.is(output.overrideLeftUs(2 * s), 1_799 * s);
});

spec("an override ends by time, and the controller's command counts again", () => {
  const output = new OutputCommand(owned);
  output.fromController("thermostat", 0, 3000, 0);
  assert.ok(output.fromPerson({ values: {}, override: true, forMs: 600_000 }, 1, 0).accepted);
  output.fromController("thermostat", 0, 3000, 599 * s);
  assert.equal([output.level(599 * s), output.level(600 * s)], [1, 0]);
  assert.is(output.expire(600 * s), true);
});

spec("an override is given back by override false, alone or with a refused level", () => {
  const output = new OutputCommand(owned);
  output.fromController("thermostat", 0, 60_000, 0);
  output.fromPerson({ values: {}, override: true }, 1, 0);
  assert.is(output.level(1), 1);
  assert.ok(output.fromPerson({ values: {}, override: false }, undefined, 1).accepted);
  assert.is(output.level(1), 0);
  assert.is(output.overrideLeftUs(1), undefined);
});

spec("an override longer than the maximum is refused", () => {
  const verdict = new OutputCommand(owned).fromPerson({ values: {}, override: true, forMs: 1_800_001 }, 1, 0);
  assert.match(verdict.accepted ? "" : verdict.reason, /at most 30 minutes/);
});

spec("a controller's command lasts as long as it is renewed; a stranger's is refused", () => {
  const output = new OutputCommand(owned);
  output.fromController("thermostat", 1, 3000, 0);
  output.fromController("thermostat", 1, 3000, 2 * s);
  assert.equal([output.level(4.9 * s), output.level(5 * s)], [1, 0]);
  assert.is(output.fromController("irrigation", 1, 3000, 6 * s).accepted, false);
  assert.is(output.level(6 * s), 0);
});

spec("an override without a controller to override is refused", () => {
  assert.is(new OutputCommand(free).fromPerson({ values: {}, override: true }, 1, 0).accepted, false);
});

spec("an end that passed while nobody looked is still due, and once", () => {
  const output = new OutputCommand(free);
  output.fromPerson({ values: {}, forMs: 2000 }, 1, 0);
  assert.is(output.level(3 * s), 0);
  assert.is(output.endsAtUs(), 2 * s);
  assert.is(output.expire(3 * s), true);
  assert.is(output.endsAtUs(), Number.POSITIVE_INFINITY);
});

spec("off at an owned output is accepted whatever its `for`, and cut to the longest override", () => {
  const output = new OutputCommand(owned);
  assert.ok(output.fromPerson({ values: {}, forMs: 7_200_000 }, 0, 0).accepted);
  assert.is(output.overrideLeftUs(0), 1800 * s);
  const verdict = output.fromPerson({ values: {}, override: true, forMs: 7_200_000 }, 1, 0);
  assert.is(verdict.accepted, false);
});

spec("a level found at the start gets an end: the device's own, or its controller's next word", () => {
  const own = new OutputCommand(free);
  own.adopt(1, 0);
  assert.equal([own.level(4.9 * s), own.level(5 * s)], [1, 0]);
  assert.is(own.expire(5 * s), true);
  const controlled = new OutputCommand(owned);
  controlled.adopt(1, 0);
  assert.is(controlled.level(9.9 * s), 1);
  controlled.fromController("thermostat", 0, 3000, 2 * s);
  assert.is(controlled.level(2 * s), 0);
});
