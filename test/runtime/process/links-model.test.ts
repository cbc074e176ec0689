import fc from "fast-check";
import * as assert from "uvu/assert";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { LinkModel } from "./model/link-model.ts";
import { bySource, OneCell } from "./model/one-cell.ts";
import { type Order, orders } from "./model/scenario.ts";

const size = 5;

spec(
  "links, monitors, exits and kills in any sequence do in a cell what the model says",
  () => {
    fc.assert(fc.property(orders, compare), propertyRuns(2000));
  },
  propertyLimitMs(60_000),
);

spec("the same orders give the same trace", () => {
  const run = (all: readonly Order[]) => {
    const stage = new OneCell(size);
    for (const order of all) {
      const who = order.who % stage.size;
      if (stage.isAlive(who)) stage.order({ ...order, who });
    }
    return stage.trace();
  };
  fc.assert(
    fc.property(orders, (all) => assert.equal(run(all), run(all))),
    propertyRuns(200),
  );
});

/** Fails with the first order after which model and cell differ. */
function compare(all: readonly Order[]): void {
  const stage = new OneCell(size);
  const model = new LinkModel(size);
  const alive = () => Array.from({ length: model.size }, (_, n) => model.isAlive(n));
  for (const order of all) {
    const who = order.who % model.size;
    if (!model.isAlive(who)) continue;
    stage.order({ ...order, who });
    model.order(who, order.ops);
    assert.is(stage.size, model.size);
    assert.equal(
      alive().map((_, n) => stage.isAlive(n)),
      alive(),
      `after ${JSON.stringify({ ...order, who })}`,
    );
  }
  assert.is(stage.dead, model.dead, "messages to the dead");
  const ops = [{ op: "drain" }] as const;
  for (const [who, lives] of alive().entries()) {
    if (!lives) continue;
    stage.order({ who, ops });
    model.order(who, ops);
    assert.equal(bySource(stage.heardBy(who)), bySource(model.heardBy(who)), `process ${who}`);
  }
  assert.is(stage.living, alive().filter(Boolean).length);
}
