import * as assert from "uvu/assert";
import { EventLoop } from "../../../runtime/cell/event-loop.ts";
import { Cell } from "../../../runtime/process/cell.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import { spec } from "../../harness/spec.ts";

/** A process that looks up for ever, in a cell inside this event loop; what it did. */
function ticking() {
  const ticks: number[] = [];
  const cell = new Cell({ board: "b", cell: "c", incarnation: 1, clock: new SystemClock() });
  const loop = new EventLoop(cell);
  cell.spawn(function* tick(self: Self) {
    for (;;) {
      ticks.push(ticks.length);
      yield* self.sleep(1);
    }
  }, []);
  return { loop, ticks };
}

const turns = async (count: number) => {
  for (let n = 0; n < count; n++) await new Promise((done) => setImmediate(done));
};

spec(
  "a loop that is stopped with a turn under way runs nothing more, and keeps no thread alive",
  async () => {
    const { loop, ticks } = ticking();
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

spec("until then it runs at each wake", async () => {
  const { loop, ticks } = ticking();
  loop.wake();
  await turns(2);
  assert.equal(ticks, [0]);
  loop.stop();
});
