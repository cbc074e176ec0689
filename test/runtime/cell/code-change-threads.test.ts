import * as assert from "uvu/assert";
import { Board, codeChangeContract } from "../../contracts/code-change.ts";
import { threadBench } from "../../contracts/thread-bench.ts";
import { watchedBench } from "../../contracts/watched-bench.ts";
import { spec } from "../../harness/spec.ts";

codeChangeContract("thread", (t, hooks) => threadBench(t, hooks));

for (const [body, cause] of [
  ["hangsAtThird", "hung"],
  ["leaksAtThird", "outOfMemory"],
] as const) {
  spec(
    `a version that dies without a word (${body}) goes as one that crashes`,
    async (t) => {
      const board = new Board(t, watchedBench);
      const { seen, pid, sink } = board;
      board.start("bound", "bound", [pid, sink]);
      await board.stream();
      await board.until(({ bound }) => bound.length === 1);
      board.change(body, { trialMs: Number.POSITIVE_INFINITY });
      await board.until(({ news }) => news.length === 2);
      assert.equal(board.phases(), ["trial", `rolledBack: ${cause}`]);
      await board.until(({ numbers }) => numbers.some(({ n }, at) => n !== at));
      const killer = seen.numbers.findIndex(({ n }, at) => n !== at);
      await board.assertWhole([killer]);
      assert.match((seen.news[1] as { lost: readonly string[] }).lost.join(), new RegExp(`n: ${killer}\\b`));
      assert.equal(seen.bound, ["ready"]);
      assert.equal(
        seen.log.filter((line) => !line.startsWith("counter#trial")),
        [],
      );
    },
    { limitMs: 60_000 },
  );
}

spec(
  "a version that passed its trial is watched as the cell, and ends as one",
  async (t) => {
    const board = new Board(t, watchedBench);
    const { seen, pid, sink } = board;
    board.start("bound", "bound", [pid, sink]);
    await board.until(({ bound }) => bound.length === 1);
    board.change("hangsAtThird", { trialMs: 10 });
    await board.until(({ news }) => news.length === 2);
    for (let n = 0; n < 3; n++) board.cast({ type: "number", n });
    await board.until(({ bound }) => bound.length === 3);
    assert.is(seen.log.at(-1), "counter 1 ended: hung");
    assert.equal(board.phases(), ["trial", "committed"]);
  },
  { limitMs: 60_000 },
);
