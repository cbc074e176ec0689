import * as assert from "uvu/assert";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import { Output } from "../../firmware/guardian/output.ts";
import { spec } from "../harness/spec.ts";

const s = 1_000_000;
const base: OutputPlan = { line: "GPIO17", kind: "line", activeLow: false, safe: "off", onCrash: "safe" };

function outputOf(plan: Partial<OutputPlan>) {
  const trace: string[] = [];
  const effects = {
    drive: (_: Output, level: number) => void trace.push(`drive ${level}`),
    release: () => void trace.push("release"),
    event: ({ kind }: { kind: string }) => void trace.push(kind),
  };
  const output = new Output({ ...base, ...plan }, 0, effects, 0);
  return { output, trace };
}

spec("a renewal keeps the level for another lease", () => {
  const { output, trace } = outputOf({ leaseMs: 2000 });
  output.write(1, 0);
  assert.is(output.nextUs, 2 * s);
  assert.is(output.renew(1 * s), "ok");
  assert.is(output.nextUs, 3 * s);
  output.expire(2 * s);
  assert.is(output.level, 1);
  assert.equal(trace, []);
});

spec("after the lease a renewal is refused until the owner writes again", () => {
  const { output, trace } = outputOf({ leaseMs: 2000 });
  output.write(1, 0);
  output.expire(2 * s);
  assert.equal(trace, ["drive 0", "leaseExpired"]);
  assert.is(output.renew(3 * s), "refused");
  assert.is(output.nextUs, Infinity, "the renewal brought no lease back");
  assert.is(output.write(1, 3 * s), "ok");
  assert.is(output.renew(4 * s), "ok");
});

spec("after maxOn a renewal is refused as max_on while the output rests, and a write as well", () => {
  const { output, trace } = outputOf({ leaseMs: 20_000, maxOnMs: 10_000, maxOnRestMs: 60_000 });
  output.write(1, 0);
  assert.is(output.renew(9 * s), "ok");
  output.expire(10 * s);
  assert.equal(trace, ["drive 0", "maxOn"]);
  assert.equal([output.renew(11 * s), output.write(1, 11 * s)], ["max_on", "max_on"]);
  assert.is(output.renew(70 * s), "refused", "rested, but the level is gone");
  assert.is(output.write(1, 70 * s), "ok");
  assert.is(output.renew(71 * s), "ok");
});

spec("an owner that went safe by itself, or a line without a lease, may renew at any time", () => {
  const leased = outputOf({ leaseMs: 2000 }).output;
  leased.write(1, 0);
  leased.write(0, 1 * s);
  assert.is(leased.renew(5 * s), "ok");
  assert.is(leased.nextUs, Infinity);
  const held = outputOf({ onCrash: "hold" }).output;
  held.write(1, 0);
  held.crash(1 * s);
  assert.is(held.renew(2 * s), "ok", "a new owner of a held level");
});
