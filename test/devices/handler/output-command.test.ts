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
  assert.ok(output.fromPerson({ values: {}, override: true, forMs: 7_200_000 }, 0, 0).accepted);
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

const lent = { safe: "off", commandForMs: 5000, maxOverrideMs: 600_000, lent: true } as const;

spec(
  "a lent output that was held over a restart follows whoever commands it first, and waits briefly",
  () => {
    const output = new OutputCommand({ ...lent, commandForMs: 600_000 });
    output.adopt(1, 0);
    assert.equal([output.level(9.9 * s), output.owner(0), output.commander], [1, undefined, undefined]);
    assert.ok(output.fromController("watering@greenhouse", 0, 3000, 1 * s).accepted);
    assert.equal([output.level(1 * s), output.overrideLeftUs(1 * s)], [0, undefined], "nobody overrides it");
    const forgotten = new OutputCommand({ ...lent, commandForMs: 600_000 });
    forgotten.adopt(1, 0);
    assert.equal([forgotten.level(10 * s), forgotten.expire(10 * s), forgotten.level(600 * s)], [0, true, 0]);
  },
);

spec("an output that is lent belongs to whoever commands it from another board, until that ends", () => {
  const output = new OutputCommand(lent);
  assert.ok(output.fromController("watering@greenhouse", 1, 15_000, 0).accepted);
  assert.equal(output.lease(5 * s), { by: "watering@greenhouse", forUs: 15 * s, leftUs: 10 * s });
  const refusal = output.fromController("cleaning@shed", 1, 15_000, 5 * s);
  assert.equal(refusal, {
    accepted: false,
    reason: "ownedBy watering@greenhouse",
    owner: "watering@greenhouse",
  });
  assert.match(reasonOf(output.fromPerson(plain, 1, 5 * s)), /^ownedBy watering@greenhouse: /);
  assert.is(output.level(15 * s), 0);
  assert.is(output.commander, "watering@greenhouse");
  assert.is(output.expire(15 * s), true);
  assert.is(output.owner(15 * s), undefined);
  assert.ok(output.fromController("cleaning@shed", 1, 15_000, 15 * s).accepted);
});

spec("who commands off has the output, too; its release ends nothing that is on", () => {
  const output = new OutputCommand(lent);
  output.fromController("watering@greenhouse", 0, 15_000, 0);
  assert.match(reasonOf(output.fromPerson(plain, 1, s)), /^ownedBy watering@greenhouse: /);
  assert.is(output.release("cleaning@shed", s), false);
  assert.is(output.owner(s), "watering@greenhouse");
  assert.is(output.release("watering@greenhouse", s), false);
  assert.ok(output.fromPerson(plain, 1, s).accepted);
});

spec("what a person commanded at a lent output before somebody came lasts as an override does", () => {
  const hours = new OutputCommand(lent);
  hours.fromPerson({ values: {}, forMs: 7_200_000 }, 1, 0);
  hours.fromController("watering@greenhouse", 0, 15_000, s);
  assert.is(hours.level(2 * s), 1);
  assert.is(hours.overrideLeftUs(2 * s), 599 * s);
});

for (const [name, off] of [
  ["plain off", plain],
  ["off as an override", { values: {}, override: true }],
  ["off for longer than an override", { values: {}, forMs: 7_200_000 }],
] as const)
  spec(`${name} is taken from a lent output while nobody has it, and lasts when somebody is back`, () => {
    const output = new OutputCommand(lent);
    assert.ok(output.fromPerson(off, 0, 0).accepted);
    assert.ok(output.fromController("watering@greenhouse", 1, 900_000, s).accepted);
    assert.equal([output.level(s), output.level(599 * s), output.overrideLeftUs(s)], [0, 0, 599 * s]);
    assert.is(output.expire(600 * s), false);
    assert.is(output.level(600 * s), 1);
    assert.ok(new OutputCommand(free).fromPerson(off, 0, 0).accepted, "off is never refused");
  });

spec("it is given back before its time, and was for nobody who comes after it", () => {
  const output = new OutputCommand(lent);
  output.fromPerson(plain, 0, 0);
  output.fromController("watering@greenhouse", 1, 900_000, s);
  assert.ok(output.fromPerson({ values: {}, override: false }, undefined, 2 * s).accepted);
  assert.is(output.level(2 * s), 1);
  const later = new OutputCommand(lent);
  later.fromPerson(plain, 0, 0);
  later.expire(600 * s);
  later.fromController("watering@greenhouse", 1, 900_000, 601 * s);
  assert.is(later.level(601 * s), 1);
});

spec("an override of a lent output is the same whether anybody has it at the moment or not", () => {
  for (const comes of ["before", "after"]) {
    const output = new OutputCommand(lent);
    if (comes === "before") output.fromController("watering@greenhouse", 0, 900_000, 0);
    assert.ok(output.fromPerson({ values: {}, override: true, forMs: 60_000 }, 1, s).accepted);
    if (comes === "after") output.fromController("watering@greenhouse", 0, 900_000, 2 * s);
    assert.equal([output.level(3 * s), output.overrideLeftUs(3 * s)], [1, 58 * s], comes);
    assert.is(output.level(61 * s), 0);
    const tooLong = output.fromPerson({ values: {}, override: true, forMs: 600_001 }, 1, 3 * s);
    assert.match(reasonOf(tooLong), /at most 10 minutes/);
  }
});

spec("off at a lent output that is safe when on ends as its commands do", () => {
  const output = new OutputCommand({ ...lent, safe: "on" });
  assert.ok(output.fromPerson(plain, 0, 0).accepted);
  assert.equal([output.level(4.9 * s), output.level(5 * s)], [0, 1]);
});

spec("an output that is not lent belongs to nobody elsewhere", () => {
  const output = new OutputCommand(free);
  assert.match(
    reasonOf(output.fromController("watering@greenhouse", 1, 15_000, 0)),
    /does not own this output/,
  );
  assert.is(output.level(0), 0);
});

spec("an output that may not follow still belongs to its owner, who asks again", () => {
  const output = new OutputCommand(lent);
  output.fromController("watering@greenhouse", 1, 15_000, 0);
  output.deny();
  assert.equal([output.level(s), output.owner(s)], [0, "watering@greenhouse"]);
  assert.is(output.expire(15 * s), false, "nothing that was on has ended");
});

function reasonOf(verdict: ReturnType<OutputCommand["fromPerson"]>): string {
  return verdict.accepted ? "accepted" : verdict.reason;
}
