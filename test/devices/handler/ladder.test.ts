import * as assert from "uvu/assert";
import { describeCause } from "../../../devices/handler/cause.ts";
import { spec } from "../../harness/spec.ts";
import { HandLadder, handRule, inShort, nak, s } from "./hand-ladder.ts";

spec("three faults in a row cost one rung; a good job in between forgives", () => {
  const ladder = new HandLadder();
  assert.equal([ladder.fault(1), ladder.fault(2), ladder.good(3)], [undefined, undefined, undefined]);
  assert.equal([ladder.fault(4), ladder.fault(5), ladder.fault(6)], [undefined, undefined, "reduced"]);
});

spec("faults never lead below safe: probing goes on there", () => {
  const ladder = new HandLadder("safe");
  for (let n = 0; n < 10; n++) assert.is(ladder.fault(n), undefined);
  assert.is(ladder.mode, "safe");
});

spec("it climbs one rung per probation without a fault", () => {
  const ladder = new HandLadder("safe");
  assert.is(ladder.good(0), undefined);
  assert.is(ladder.good(0.9 * s), undefined);
  assert.is(ladder.good(1 * s), "reduced");
  assert.is(ladder.good(1.5 * s), undefined);
  assert.is(ladder.good(2 * s), "full");
  assert.is(ladder.good(9 * s), undefined);
});

spec("a fault during probation starts it again", () => {
  const ladder = new HandLadder("reduced");
  ladder.good(0);
  ladder.fault(0.9 * s);
  assert.is(ladder.good(1 * s), undefined);
  assert.is(ladder.good(1.9 * s), undefined);
  assert.is(ladder.good(2 * s), "full");
});

spec("a fall soon after a climb doubles the next probation, up to 16 times", () => {
  const ladder = new HandLadder("reduced");
  let now = 0;
  const probations: number[] = [];
  for (let round = 0; round < 7; round++) {
    ladder.good(now);
    now += ladder.ladder.probationMs * 1000;
    assert.is(ladder.good(now), "full");
    ladder.fail(now);
    probations.push(ladder.ladder.probationMs);
  }
  assert.equal(probations, [2000, 4000, 8000, 16_000, 16_000, 16_000, 16_000]);
});

spec("a full probation in full service forgets the back-off", () => {
  const ladder = new HandLadder("reduced");
  ladder.good(0);
  ladder.good(1 * s);
  ladder.fail(1 * s);
  assert.is(ladder.ladder.probationMs, 2000);
  ladder.good(2 * s);
  assert.is(ladder.good(4 * s), "full");
  ladder.good(6.1 * s);
  assert.is(ladder.ladder.probationMs, 1000);
});

spec("a step says from where to where and why; the reason stays until full service", () => {
  const { ladder } = new HandLadder();
  for (let n = 0; n < 2; n++) ladder.fault(n, nak);
  assert.equal(ladder.fault(2, nak), { from: "full", to: "reduced", cause: nak });
  assert.equal(ladder.descend(3, { kind: "misses", missed: 3, of: 10 }), {
    from: "reduced",
    to: "safe",
    cause: { kind: "misses", missed: 3, of: 10 },
  });
  assert.is(describeCause(ladder.reason!), "3 of 10 jobs were late");
  ladder.good(1 * s);
  assert.equal(ladder.good(2 * s), {
    from: "safe",
    to: "reduced",
    cause: { kind: "probation", afterMs: 1000 },
  });
  assert.is(ladder.reason?.kind, "misses");
  assert.is(ladder.good(3 * s)?.to, "full");
  assert.is(ladder.reason, undefined);
});

spec("descending by lateness ends in safe", () => {
  const { ladder } = new HandLadder("safe");
  assert.is(ladder.descend(1, { kind: "misses", missed: 3, of: 10 }), undefined);
});

spec("the time until it climbs counts down while jobs go well, and is unknown after a fault", () => {
  const ladder = new HandLadder("reduced");
  const left = (us: number) => ladder.ladder.climbsInMs(us);
  assert.is(left(0), undefined, "nothing went well yet");
  ladder.good(0);
  assert.equal([left(0), left(0.4 * s)], [1000, 600]);
  ladder.fault(0.5 * s);
  assert.is(left(0.5 * s), undefined);
  ladder.good(0.6 * s);
  assert.is(ladder.good(1.6 * s), "full");
  assert.is(left(2 * s), undefined, "there is nothing above");
});

spec("the fourth crash within 10 s costs a rung; spread wider they cost nothing", () => {
  const ladder = new HandLadder();
  for (let n = 0; n < 20; n++) assert.is(ladder.crash(n * 4 * s), undefined);
  const close = new HandLadder();
  assert.equal(
    [0, 1, 2, 3].map((n) => close.crash(n * s)),
    [undefined, undefined, undefined, "reduced"],
  );
  assert.equal(close.ladder.reason, { kind: "crash", reason: "Error: boom", restarts: 4 });
  assert.is(describeCause(close.ladder.reason!), "restarts: Error: boom");
});

spec("below safe it is off for 5 s, 10 s, ... 5 minutes, until it was in full service again", () => {
  const ladder = new HandLadder("safe");
  const crashOff = (us: number) => [0, 1, 2, 3].map(() => ladder.crash(us)).at(-1);
  let now = 0;
  const waits: number[] = [];
  for (let round = 0; round < 8; round++) {
    assert.is(crashOff(now), "off");
    const wait = ladder.ladder.climbsInMs(now)!;
    waits.push(wait / 1000);
    assert.is(ladder.ladder.nextUs, now + wait * 1000);
    assert.is(ladder.ladder.expire(now + wait * 1000 - 1), undefined);
    now += wait * 1000;
    assert.equal(ladder.ladder.expire(now), { from: "off", to: "safe", cause: { kind: "retry" } });
  }
  assert.equal(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
  for (const second of [0, 1, 2]) ladder.good(now + second * s);
  assert.is(ladder.mode, "full");
  for (let n = 0; n < 12; n++) ladder.crash(now + 3 * s);
  assert.is(ladder.ladder.climbsInMs(now + 3 * s), 5000);
});

spec("what it depends on takes it to safe, and its own probation starts when that is back", () => {
  const ladder = new HandLadder("full", { ...handRule, rungs: ["full", "safe", "off"], faultsToDescend: 1 });
  assert.is(ladder.rely(1 * s, "climate", "reduced", nak), "-", "reduced readings are still good");
  assert.is(ladder.rely(2 * s, "climate", "safe", nak), "full > safe");
  assert.is(describeCause(ladder.ladder.reason!), "climate is safe: address_nak at i2c-1 0x76");
  for (let n = 2; n < 20; n++) assert.is(ladder.good(n * s), undefined, "held");
  assert.is(ladder.ladder.climbsInMs(20 * s), undefined);
  assert.is(ladder.rely(20 * s, "climate", "reduced"), "-");
  assert.equal(
    [ladder.good(20.1 * s), ladder.good(21 * s), ladder.good(21.1 * s)],
    [undefined, undefined, "full"],
  );
});

spec(
  "what an input took down says so in the words of the sensor, once that is down; a crash stays a crash",
  () => {
    const rule = { ...handRule, rungs: ["full", "safe", "off"], faultsToDescend: 1 } as const;
    const { ladder } = new HandLadder("full", rule);
    const input = {
      kind: "input",
      device: "climate",
      reading: "temperature",
      reason: "no valid temperature",
    } as const;
    assert.is(inShort(ladder.fault(0, input)), "full > safe");
    ladder.take({ type: "rely", device: "climate", mode: "off", cause: { kind: "hung", restarts: 4 } }, 1);
    assert.is(describeCause(ladder.reason!), "climate is off: restarts: hung");
    const crashed = new HandLadder("safe", rule, { reason: { kind: "hung" } });
    crashed.rely(1, "climate", "safe");
    assert.is(crashed.ladder.reason?.kind, "hung");
  },
);

spec("with two that are down it waits for both", () => {
  const ladder = new HandLadder("full");
  ladder.rely(0, "a", "safe");
  ladder.rely(0, "b", "off");
  ladder.rely(1 * s, "a", "full");
  for (const second of [1, 2, 3]) assert.is(ladder.good(second * s), undefined);
  ladder.rely(3 * s, "b", "safe");
  ladder.rely(4 * s, "b", "full");
  assert.equal([ladder.good(4 * s), ladder.good(5 * s)], [undefined, "reduced"]);
});
