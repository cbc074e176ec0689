import * as assert from "uvu/assert";
import { boardChangeContract, boardContract, talking } from "../../contracts/boards.ts";
import { linkedThreads } from "../../contracts/linked-threads.ts";
import { spec } from "../../harness/spec.ts";

boardContract("thread", (t) => linkedThreads(t));
boardChangeContract("thread", (t) => linkedThreads(t));

spec(
  "when the cell that speaks with other boards ends, they are out of reach for all, and come back with it",
  async (t) => {
    const { greenhouse, pumphouse, link } = linkedThreads(t);
    pumphouse.kernel.startCell(talking("pump", "pumping", ["pump"]));
    greenhouse.kernel.startCell(talking("climate", "watching", ["pump@pumphouse"]));
    assert.equal(await greenhouse.next(), ["watches <pumphouse.pump.1>"]);
    greenhouse.kernel.endCell("link", 1, "killed");
    assert.equal(await greenhouse.next(), ["down: noconnection"]);
    assert.is(greenhouse.kernel.cell.names.whereis("pump@pumphouse"), undefined);
    greenhouse.kernel.startCell(link("greenhouse"));
    assert.equal(await greenhouse.next(), ["watches <pumphouse.pump.1>"]);
    await greenhouse.quiet();
  },
  { limitMs: 60_000 },
);
