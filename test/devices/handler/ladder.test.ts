import * as assert from "uvu/assert";
import { Ladder } from "../../../devices/handler/ladder.ts";
import { spec } from "../../harness/spec.ts";

const rule = { faultsToDescend: 3, probationMs: 1000 };
const s = 1_000_000;

spec("three faults in a row cost one rung; a good job in between forgives", () => {
  const ladder = new Ladder("full", rule);
  assert.equal([ladder.fault(1), ladder.fault(2), ladder.good(3)], [undefined, undefined, undefined]);
  assert.equal([ladder.fault(4), ladder.fault(5), ladder.fault(6)], [undefined, undefined, "reduced"]);
});

spec("faults never lead below safe: probing goes on there", () => {
  const ladder = new Ladder("safe", rule);
  for (let n = 0; n < 10; n++) assert.is(ladder.fault(n), undefined);
  assert.is(ladder.mode, "safe");
});

spec("it climbs one rung per probation without a fault", () => {
  const ladder = new Ladder("safe", rule);
  assert.is(ladder.good(0), undefined);
  assert.is(ladder.good(0.9 * s), undefined);
  assert.is(ladder.good(1 * s), "reduced");
  assert.is(ladder.good(1.5 * s), undefined);
  assert.is(ladder.good(2 * s), "full");
  assert.is(ladder.good(9 * s), undefined);
});

spec("a fault during probation starts it again", () => {
  const ladder = new Ladder("reduced", rule);
  ladder.good(0);
  ladder.fault(0.9 * s);
  assert.is(ladder.good(1 * s), undefined);
  assert.is(ladder.good(1.9 * s), undefined);
  assert.is(ladder.good(2 * s), "full");
});

spec("a fall soon after a climb doubles the next probation, up to 16 times", () => {
  const ladder = new Ladder("reduced", rule);
  let now = 0;
  const probations: number[] = [];
  for (let round = 0; round < 7; round++) {
    ladder.good(now);
    now += ladder.probationMs * 1000;
    assert.is(ladder.good(now), "full");
    for (let n = 0; n < 3; n++) ladder.fault(now);
    probations.push(ladder.probationMs);
  }
  assert.equal(probations, [2000, 4000, 8000, 16_000, 16_000, 16_000, 16_000]);
});

spec("a full probation in full service forgets the back-off", () => {
  const ladder = new Ladder("reduced", rule);
  ladder.good(0);
  ladder.good(1 * s);
  for (let n = 0; n < 3; n++) ladder.fault(1 * s);
  assert.is(ladder.probationMs, 2000);
  ladder.good(2 * s);
  assert.is(ladder.good(4 * s), "full");
  ladder.good(6.1 * s);
  assert.is(ladder.probationMs, 1000);
});
