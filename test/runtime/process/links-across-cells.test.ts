import fc from "fast-check";
import * as assert from "uvu/assert";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { ManyCells } from "./model/many-cells.ts";
import { checkFall, checkLinks, checkMonitors, checkOrder, checkReasons } from "./model/pair-laws.ts";
import { namedOrders, type Order } from "./model/scenario.ts";

const cells = 3;
const puppets = 6;

/** What happens one after the other: an order, frames that arrive, the sudden end of a cell. */
interface Scenario {
  readonly orders: readonly Order[];
  /** After each order: which frames arrive, by their place among those under way. */
  readonly arrivals: readonly (readonly number[])[];
  /** Cells that end, and before which order. */
  readonly ends: readonly { readonly cell: number; readonly before: number }[];
  readonly seed: number;
}

const scenarios: fc.Arbitrary<Scenario> = fc.record({
  orders: namedOrders,
  arrivals: fc.array(fc.array(fc.nat(8), { maxLength: 4 }), { minLength: 1, maxLength: 20 }),
  ends: fc.array(fc.record({ cell: fc.nat(cells - 1), before: fc.nat(20) }), { maxLength: 2 }),
  seed: fc.nat(),
});

spec(
  "across cells, whatever order frames arrive in: links settle the same on both sides, one down for a monitor, no signal before a message",
  () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const stage = play(scenario);
        stage.settle(scenario.seed);
        check(stage);
      }),
      propertyRuns(2000),
    );
  },
  propertyLimitMs(120_000),
);

spec(
  "once nothing is under way, a crash takes along and tells exactly those that links and monitors say",
  () => {
    fc.assert(
      fc.property(scenarios, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (scenario, victims) => {
        const stage = play(scenario);
        stage.settle(scenario.seed);
        for (const choice of victims) {
          const living = Array.from({ length: stage.size }, (_, n) => n).filter((n) => stage.isAlive(n));
          if (living.length > 0) checkFall(stage, living[choice % living.length]!, choice);
        }
        check(stage);
      }),
      propertyRuns(1000),
    );
  },
  propertyLimitMs(120_000),
);

spec("the same scenario gives the same journal", () => {
  const run = (scenario: Scenario) => {
    const stage = play(scenario);
    stage.settle(scenario.seed);
    return stage.journal;
  };
  fc.assert(
    fc.property(scenarios, (scenario) => assert.equal(run(scenario), run(scenario))),
    propertyRuns(200),
  );
});

function play({ orders, arrivals, ends }: Scenario): ManyCells {
  const stage = new ManyCells(cells, puppets);
  for (const [turn, order] of orders.entries()) {
    for (const { cell, before } of ends) if (before === turn) end(stage, cell);
    const who = order.who % stage.size;
    if (stage.isAlive(who)) stage.order({ ...order, who });
    for (const choice of arrivals[turn % arrivals.length]!) stage.step(choice);
  }
  return stage;
}

/** Ends a cell unless it is the last. */
function end({ web }: ManyCells, cell: number): void {
  const left = web.cells.filter((_, n) => !web.isOver(n)).length;
  if (left > 1 && !web.isOver(cell)) web.end(cell);
}

function check(stage: ManyCells): void {
  checkOrder(stage);
  checkMonitors(stage);
  checkReasons(stage);
  checkLinks(stage);
}
