import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { KeptLadders } from "../../deploy/board/kept-ladders.ts";
import { deviceRule } from "../../devices/handler/ladder-rule.ts";
import { freshLadder, type LadderRecord } from "../../devices/handler/ladder-state.ts";
import { type SpecContext, spec } from "../harness/spec.ts";

const rule = deviceRule(30_000);
const fresh = freshLadder(rule);
const safe: LadderRecord = {
  restarts: 3,
  state: {
    ...fresh,
    mode: "safe",
    backoff: 4,
    reason: { kind: "dependency", device: "climate", mode: "safe", cause: { kind: "hung" } },
    bound: { mode: "safe", untilUs: 7e9 },
  },
};

function folder(t: SpecContext): string {
  const made = mkdtempSync(join(tmpdir(), "holdfast-kept-"));
  t.defer(() => rmSync(made, { recursive: true }));
  return made;
}

const open = (path: string, sameClock: boolean) => new KeptLadders(path, "greenhouse", { sameClock });
const fileOf = (path: string) => join(path, "greenhouse", "ladders.json");

spec(
  "another runtime under the same guardian goes on with mode, reason, back-off, orders and restarts",
  (t) => {
    const path = folder(t);
    const first = open(path, false);
    first.keep("soil", rule, safe, true);
    first.flush();
    assert.equal(open(path, true).of("soil", rule).before, {
      restarts: 3,
      state: { ...safe.state, goodSinceUs: undefined, climbedAtUs: undefined, offUntilUs: undefined },
    });
  },
);

spec("after a restart of the board mode, reason and back-off go on; orders and counts do not", (t) => {
  const path = folder(t);
  const first = open(path, false);
  first.keep("soil", rule, safe, true);
  first.flush();
  const { restarts, state } = open(path, false).of("soil", rule).before!;
  assert.equal([restarts, state.mode, state.backoff, state.bound], [0, "safe", 4, undefined]);
  assert.equal(state.reason, safe.state.reason);
});

spec("a device that is well again leaves nothing in the file", (t) => {
  const path = folder(t);
  const kept = open(path, false);
  kept.keep("soil", rule, safe, true);
  kept.keep("soil", rule, { restarts: 0, state: fresh }, true);
  kept.keep("pump", rule, { restarts: 1, state: fresh }, false);
  kept.flush();
  assert.equal(Object.keys(JSON.parse(readFileSync(fileOf(path), "utf8"))), ["pump"]);
});

spec("what is not right in the file is left out, and never stops a board", (t) => {
  const path = folder(t);
  mkdirSync(join(path, "greenhouse"));
  const state = JSON.parse(JSON.stringify(safe.state));
  const wrong: Record<string, unknown> = {
    mode: { restarts: 0, state: { ...state, mode: "fast" } },
    backoff: { restarts: 0, state: { ...state, backoff: 1e9 } },
    bound: { restarts: 0, state: { ...state, bound: { mode: "off" } } },
    kind: { restarts: 0, state: { ...state, reason: { kind: "mood" } } },
    words: { restarts: 0, state: { ...state, reason: { kind: "worldFailure" } } },
    chain: { restarts: 0, state: { ...state, reason: { ...state.reason, cause: { kind: "mood" } } } },
    text: "safe",
  };
  writeFileSync(fileOf(path), JSON.stringify({ ...wrong, right: { restarts: 0, state } }));
  const kept = open(path, true);
  for (const device of Object.keys(wrong)) assert.equal(kept.of(device, rule), {}, device);
  assert.is(kept.of("right", rule).before?.state.mode, "safe");
  writeFileSync(fileOf(path), '{"soil":');
  assert.equal(open(path, true).of("soil", rule), {});
});
