import * as assert from "uvu/assert";
import { judgeBudget, overBudget } from "../../../../runtime/time/admission/declared-budget.ts";
import { spec } from "../../../harness/spec.ts";

const good = { count: 1000, p99Us: 1500, worstUs: 2000 };

spec("a budget is kept when even the worst run is within it", () => {
  assert.is(judgeBudget(2000, good), "within");
});

spec("a worst run beyond it is a spike, a percentile beyond it is over", () => {
  assert.is(judgeBudget(1999, good), "spikes");
  assert.is(judgeBudget(1500, good), "spikes");
  assert.is(judgeBudget(1499, good), "over");
});

spec("fewer than a hundred runs have no 99th percentile to speak of", () => {
  assert.is(judgeBudget(1, { ...good, count: 99 }), "unknown");
  assert.is(judgeBudget(1, { ...good, count: 100 }), "over");
});

spec("the event comes once, when a job comes to be over, and again after it was not", () => {
  const event = { kind: "overBudget", job: "soil", budgetUs: 1000, p99Us: 1500, worstUs: 2000 };
  assert.equal(overBudget("soil", 1000, good, "within"), event);
  assert.is(overBudget("soil", 1000, good, "over"), undefined);
  assert.equal(overBudget("soil", 1000, good, "spikes"), event);
  assert.is(overBudget("soil", 1500, good, "within"), undefined);
  assert.is(overBudget("soil", 1000, { ...good, count: 10 }, "within"), undefined);
});
