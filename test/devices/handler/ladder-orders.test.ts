import * as assert from "uvu/assert";
import { describeCause } from "../../../devices/handler/cause.ts";
import { freshLadder, isFresh, resumedLadder } from "../../../devices/handler/ladder-state.ts";
import { spec } from "../../harness/spec.ts";
import { HandLadder, handRule, inShort, nak, s } from "./hand-ladder.ts";

const minute = 60 * s;
const tenMinutes = 600_000;

spec("an operator takes it down at once, and it stays there for the time", () => {
  const ladder = new HandLadder();
  assert.is(ladder.order(0, "safe", tenMinutes), "full > safe");
  assert.is(describeCause(ladder.ladder.reason!), "an operator asked for safe for 10m");
  for (let n = 0; n < 10; n++) assert.is(ladder.good(n * minute), undefined);
  assert.is(ladder.ladder.climbsInMs(9 * minute), 60_000, "it has proven itself long ago");
  assert.is(ladder.ladder.nextUs, 10 * minute);
  assert.is(ladder.ladder.expire(10 * minute), undefined, "it goes up as always: with a good job");
  assert.equal([ladder.good(10 * minute), ladder.good(10 * minute + s)], ["reduced", "full"]);
});

spec("below an operator's mode the ladder works as always, and up to it", () => {
  const ladder = new HandLadder();
  assert.is(ladder.order(0, "reduced", tenMinutes), "full > reduced");
  assert.is(ladder.fail(1 * s), "safe");
  assert.equal(
    [ladder.good(2 * s), ladder.good(3 * s), ladder.good(9 * s)],
    [undefined, "reduced", undefined],
  );
});

spec("auto ends it, and the climb takes the probation it has not served yet", () => {
  const ladder = new HandLadder();
  ladder.order(0, "safe", tenMinutes);
  ladder.good(0.1 * s);
  assert.is(ladder.order(0.5 * s, "auto"), "-");
  assert.is(ladder.ladder.state.bound, undefined);
  assert.equal([ladder.good(1 * s), ladder.good(1.1 * s)], [undefined, "reduced"]);
  assert.is(ladder.order(1.2 * s, "auto"), "-", "nothing to end is no mistake");
});

spec("an operator's fall is no fall: the next probation is not longer for it", () => {
  const ladder = new HandLadder("reduced");
  ladder.good(0);
  assert.is(ladder.good(1 * s), "full");
  ladder.order(1.1 * s, "reduced", 1000);
  assert.is(ladder.ladder.probationMs, 1000);
});

spec("off by an operator ends in safe when the time is over, or with auto", () => {
  const ladder = new HandLadder();
  assert.is(ladder.order(0, "off", 5000), "full > off");
  assert.equal([ladder.ladder.nextUs, ladder.ladder.climbsInMs(0)], [5 * s, 5000]);
  assert.is(ladder.ladder.expire(4.9 * s), undefined);
  const ended = { from: "off", to: "safe", cause: { kind: "operatorEnded" } };
  assert.equal(ladder.ladder.expire(5 * s), ended);
  ladder.order(6 * s, "off");
  assert.is(ladder.ladder.climbsInMs(6 * s), 30 * 60_000, "half an hour unless it says otherwise");
  assert.is(ladder.order(7 * s, "auto"), "off > safe");
});

spec("a crash-loop's rest goes on under an operator's off, and after it", () => {
  const ladder = new HandLadder("safe");
  for (let n = 0; n < 4; n++) ladder.crash(0);
  assert.is(ladder.order(1 * s, "off", 2000), "-");
  assert.is(inShort(ladder.ladder.expire(3 * s)), "-");
  assert.is(ladder.ladder.nextUs, 5 * s);
  assert.is(inShort(ladder.ladder.expire(5 * s)), "off > safe");
});

spec("a mode above asks for one early step, which ends the back-off; the next has to be earned", () => {
  const ladder = new HandLadder("safe", handRule, { backoff: 16, reason: nak });
  assert.is(ladder.order(0, "full"), "safe > reduced");
  assert.is(ladder.ladder.probationMs, 1000);
  ladder.good(0.2 * s);
  assert.is(
    ladder.order(0.5 * s, "full"),
    "it was let up early once and has to prove itself first (1 s without a fault)",
  );
  assert.is(ladder.mode, "reduced");
  assert.is(ladder.fail(0.6 * s), "safe");
  assert.is(ladder.ladder.probationMs, 2000, "a fall soon after is one");
  assert.is(ladder.order(0.7 * s, "full"), "safe > reduced", "after a fall it may be tried again");
  ladder.good(1 * s);
  assert.is(ladder.good(2 * s), "full", "proven");
});

spec("off is tried again at once when an operator asks", () => {
  const ladder = new HandLadder("safe");
  for (let n = 0; n < 4; n++) ladder.crash(0);
  assert.is(ladder.order(1 * s, "full"), "off > safe");
  assert.is(ladder.ladder.nextUs, Number.POSITIVE_INFINITY);
});

spec("nobody lets a controller up whose sensor is down, nor into a mode that it has not", () => {
  const ladder = new HandLadder("full", { ...handRule, rungs: ["full", "safe", "off"] });
  ladder.rely(0, "climate", "safe", nak);
  assert.is(ladder.order(1, "full"), "climate is safe: address_nak at i2c-1 0x76");
  assert.is(ladder.order(1, "reduced"), "it has no mode reduced: it has full, safe, off");
  assert.is(ladder.mode, "safe");
  assert.is(ladder.order(2, "off", 1000), "safe > off", "off is always possible");
});

spec("the safe modes are cut to a day, not refused", () => {
  const ladder = new HandLadder();
  ladder.order(0, "off", 48 * 3_600_000);
  assert.is(ladder.ladder.climbsInMs(0), 24 * 3_600_000);
});

spec("the next runtime goes on in the same mode, for the same reason, with the orders that hold", () => {
  const ladder = new HandLadder("full", handRule, { backoff: 4 });
  ladder.fail(0);
  ladder.order(1 * s, "safe", tenMinutes);
  const resumed = resumedLadder(ladder.ladder.state, handRule, true);
  const { mode, backoff, bound, reason, told } = resumed;
  assert.equal(
    { mode, backoff, bound, told },
    {
      mode: "safe",
      backoff: 4,
      bound: { mode: "safe", untilUs: 601 * s },
      told: 0,
    },
  );
  assert.is(reason?.kind, "operator");
  const next = new HandLadder("safe", handRule, resumed);
  assert.equal([next.good(2 * s), next.good(100 * s)], [undefined, undefined]);
});

spec("after a restart of the board orders are over, off is tried, and the way up is the usual one", () => {
  const ladder = new HandLadder("safe", handRule, { climbedAtUs: -100 * s });
  for (let n = 0; n < 4; n++) ladder.crash(0);
  ladder.order(1 * s, "off", tenMinutes);
  const resumed = resumedLadder(ladder.ladder.state, handRule, false);
  const { mode, bound, offMs, offUntilUs, reason, climbedAtUs } = resumed;
  assert.equal(
    { mode, bound, offMs, offUntilUs, climbedAtUs },
    {
      mode: "safe",
      bound: undefined,
      offMs: 10_000,
      offUntilUs: undefined,
      climbedAtUs: undefined,
    },
  );
  assert.is(reason?.kind, "crash");
  const next = new HandLadder("safe", handRule, resumed);
  assert.equal([next.good(0), next.good(1 * s), next.good(2 * s)], [undefined, "reduced", "full"]);
  assert.ok(isFresh(next.ladder.state, handRule));
});

spec("a rung that the configuration no longer knows becomes safe", () => {
  const rule = { ...handRule, rungs: ["full", "safe", "off"] } as const;
  assert.is(resumedLadder({ ...freshLadder(handRule), mode: "reduced" }, rule, true).mode, "safe");
});
