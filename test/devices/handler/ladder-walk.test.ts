import * as assert from "uvu/assert";
import { Ladder } from "../../../devices/handler/ladder.ts";
import { freshLadder } from "../../../devices/handler/ladder-state.ts";
import { LadderWalk } from "../../../devices/handler/ladder-walk.ts";
import type { StatePatch } from "../../../devices/handler/messages.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handRule, nak, s } from "./hand-ladder.ts";

/** A walk whose process writes down what it does and sends, in order. */
function walk(stepped: () => void = () => {}) {
  const trace: string[] = [];
  let nowUs = 0;
  const keeper = {} as Pid;
  const self = {
    nowUs: () => nowUs,
    note: ({ mode }: { mode: string }) => void trace.push(`note ${mode}`),
    send(
      to: Pid | string,
      message: { type: string; patch?: StatePatch; event?: { from: string; to: string } },
    ) {
      const { type, patch, event } = message;
      if (to === keeper) trace.push(type);
      else if (event !== undefined) trace.push(`event ${event.from} > ${event.to}`);
      else if (patch === undefined) trace.push(type);
      else trace.push(`state ${patch.mode} ${patch.climbsInMs ?? "-"}`);
    },
  } as unknown as Self;
  const found = new LadderWalk(
    self,
    "soil",
    keeper,
    new Ladder(handRule, freshLadder(handRule)),
    ({ to }) => {
      trace.push(`does ${to}`);
      stepped();
    },
  );
  return {
    walk: found,
    at(us: number) {
      nowUs = us;
    },
    /** What happened since the last call. */
    news: () => trace.splice(0),
    fail: () => {
      for (let n = 0; n < 3; n++) found.fault(nak);
    },
  };
}

spec("a step is done first, then told to the keeper, in the state, and as an event", () => {
  const { walk: ladder, news, fail } = walk();
  fail();
  assert.equal(news(), ["does reduced", "note reduced", "ladder", "state reduced -", "event full > reduced"]);
  ladder.descend({ kind: "misses", missed: 2, of: 5 });
  assert.equal(news(), ["does safe", "note safe", "ladder", "state safe -", "event reduced > safe"]);
  ladder.descend({ kind: "misses", missed: 2, of: 5 });
  assert.equal(news(), [], "there is nothing below but off");
});

spec("jobs that change nothing are told to nobody; that it climbs, and no longer does, is told once", () => {
  const { walk: ladder, at, news, fail } = walk();
  ladder.good();
  fail();
  news();
  ladder.good();
  assert.equal(news(), ["state reduced 1000"]);
  at(0.3 * s);
  ladder.good();
  assert.equal(news(), []);
  assert.equal(ladder.times(), { modeOverride: null, climbsInMs: 700 });
  ladder.fault(nak);
  assert.equal(news(), ["state reduced -"]);
  ladder.fault(nak);
  assert.equal([news(), ladder.times()], [[], {}]);
});

spec("its keeper hears of a step that the process fails in", () => {
  const { walk: ladder, news } = walk(() => {
    throw new Error("the line does not follow");
  });
  const told = { type: "operate", command: { values: {}, mode: "safe" } } as const;
  assert.throws(() => ladder.take({ type: "told", told }), "the line does not follow");
  assert.equal(news(), ["does safe", "note safe", "ladder", "state safe -", "event full > safe"]);
  assert.is(ladder.state.told, 1);
});

spec("an order that the ladder does not allow is answered, and counted as taken", () => {
  const { walk: ladder, news, fail } = walk();
  fail();
  const told = { type: "operate", command: { values: {}, mode: "full" } } as const;
  ladder.take({ type: "told", told });
  fail();
  news();
  ladder.take({ type: "told", told });
  assert.equal(news().slice(0, 1), ["does full"]);
  fail();
  fail();
  ladder.take({ type: "told", told });
  news();
  ladder.take({ type: "told", told });
  assert.equal(news(), ["refused", "note reduced", "ladder", "state reduced -"]);
  assert.is(ladder.state.told, 4);
});
