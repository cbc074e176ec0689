import * as assert from "uvu/assert";
import { EventLoop } from "../../../runtime/cell/event-loop.ts";
import { Cell } from "../../../runtime/process/cell.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

/** A process that looks up for ever, in a cell inside this event loop that ends with the test; what it did. */
function ticking(t: SpecContext, everyMs: number) {
  const ticks: number[] = [];
  const cell = new Cell({ board: "b", cell: "c", incarnation: 1, clock: new SystemClock() });
  const loop = new EventLoop(cell);
  t.defer(() => loop.stop());
  cell.spawn(function* tick(self: Self) {
    for (;;) {
      ticks.push(ticks.length);
      yield* self.sleep(everyMs);
    }
  }, []);
  return { loop, ticks };
}

const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await new Promise((done) => setImmediate(done));
};

spec(
  "a loop that is stopped with a turn under way runs nothing more, and keeps no thread alive",
  async (t) => {
    const { loop, ticks } = ticking(t, 1);
    loop.wake();
    loop.stop();
    await turns(3);
    assert.equal(ticks, [], "the turn that was scheduled did not run");
    loop.wake();
    await turns(3);
    assert.equal(ticks, []);
    assert.not.ok(process.getActiveResourcesInfo().includes("Immediate"), "nothing is left open");
  },
);

spec("until then it runs at each wake", async (t) => {
  const { loop, ticks } = ticking(t, 60_000);
  loop.wake();
  await turns(2);
  assert.equal(ticks, [0]);
  loop.stop();
});
