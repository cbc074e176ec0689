import * as assert from "uvu/assert";
import { boardGroupContract } from "../../contracts/board-groups.ts";
import { linkedThreads } from "../../contracts/linked-threads.ts";
import { spec } from "../../harness/spec.ts";

boardGroupContract("thread", (t) => linkedThreads(t));

spec(
  "when the cell that speaks with other boards ends, members over there leave, and come back with it",
  async (t) => {
    const { greenhouse, pumphouse, link } = linkedThreads(t);
    const module = new URL("../../contracts/group-bodies.js", import.meta.url).href;
    const cell = (name: string, body: string) => ({ name, body: { module, name: body }, args: ["motors"] });
    greenhouse.kernel.startCell(cell("follower", "follows"));
    assert.equal(await greenhouse.next(), ["sees []"]);
    pumphouse.kernel.startCell(cell("pump", "joins"));
    assert.equal(await greenhouse.next(), ["+pump.1"]);
    greenhouse.kernel.endCell("link", 1, "killed");
    assert.equal(await greenhouse.next(2), ["-pump.1", "down pump.1, left are []"]);
    await greenhouse.until(() => greenhouse.kernel.cell.groups.members("motors").length === 0);
    greenhouse.kernel.startCell(link("greenhouse"));
    assert.equal(await greenhouse.next(), ["+pump.1"]);
    await greenhouse.quiet();
  },
  { limitMs: 60_000 },
);
