import fc from "fast-check";
import * as assert from "uvu/assert";
import { notQueued, type Queueable, RunQueue } from "../../../runtime/time/run-queue.ts";
import { spec } from "../../harness/spec.ts";

interface Item extends Queueable {
  readonly name: string;
}

const never = Number.POSITIVE_INFINITY;
const background = 3;

spec("the band goes before the deadline, the deadline before the order of arrival", () => {
  const queue = newQueue();
  queue.push(item("background"), background, never);
  queue.push(item("late"), 1, 200);
  queue.push(item("soon"), 1, 100);
  queue.push(item("soon, second"), 1, 100);
  queue.push(item("normal without deadline"), 2, never);
  queue.push(item("background with deadline"), background, 5);
  queue.push(item("signal"), 0, never);
  assert.is(queue.size, 7);
  assert.equal(drain(queue), [
    "signal",
    "soon",
    "soon, second",
    "late",
    "normal without deadline",
    "background with deadline",
    "background",
  ]);
});

spec("peek shows what pop returns, and nothing when nothing waits", () => {
  const queue = newQueue();
  assert.is(queue.peek, undefined);
  assert.is(queue.pop(), undefined);
  const only = item("only");
  queue.push(only, background, never);
  assert.is(queue.peek, only);
  assert.is(queue.size, 1);
  assert.is(queue.pop(), only);
  assert.is(queue.peek, undefined);
  assert.is(queue.size, 0);
  assert.is(only.queuePlace, notQueued);
});

spec("a removed item leaves the order of the others as it was", () => {
  for (const deadlineUs of [never, 100]) {
    const queue = newQueue();
    const items = ["a", "b", "c", "d", "e"].map(item);
    for (const each of items) queue.push(each, background, deadlineUs);
    assert.is(queue.remove(items[2]!), true);
    assert.is(queue.remove(items[2]!), false);
    assert.is(queue.remove(items[0]!), true);
    assert.is(queue.size, 3);
    assert.equal(drain(queue), ["b", "d", "e"]);
  }
});

spec("the item that fills a removed one's place may be more urgent than what stands above", () => {
  const queue = newQueue();
  const deadlines = [1, 10, 2, 11, 12, 3, 4]; // The heap keeps this order; 4, the last, belongs above 10.
  const items = deadlines.map((us) => item(String(us)));
  for (const [index, deadlineUs] of deadlines.entries()) queue.push(items[index]!, 1, deadlineUs);
  queue.remove(items[3]!);
  assert.equal(drain(queue), ["1", "2", "3", "4", "10", "12"]);
});

spec("an item pushed twice is a defect; pushed again after its turn it is not", () => {
  const queue = newQueue();
  const twice = item("twice");
  queue.push(twice, 1, 10);
  assert.throws(() => queue.push(twice, 1, 10), /already waits/);
  assert.is(queue.pop(), twice);
  queue.push(twice, background, never);
  assert.throws(() => queue.push(twice, 1, 10), /already waits/);
  assert.equal(drain(queue), ["twice"]);
});

spec("a key outside the bands, or without a number, is a defect", () => {
  const queue = newQueue();
  for (const band of [-1, 4, Number.NaN]) assert.throws(() => queue.push(item("x"), band, 1), /is not a key/);
  assert.throws(() => queue.push(item("x"), 1, Number.NaN), /is not a key/);
  assert.throws(() => new RunQueue({ bands: 0 }), /1..256 bands/);
  assert.throws(() => new RunQueue({ bands: 257 }), /1..256 bands/);
  assert.is(queue.size, 0);
});

spec("removing and adding without end does not grow the ring", () => {
  const queue = newQueue();
  const [stays, ...others] = ["stays", "b", "c"].map(item);
  queue.push(stays!, background, never);
  let lowest = 0;
  for (let i = 0; i < 10_000; i++) {
    const other = others[i % 2]!;
    queue.push(other, background, never);
    lowest = Math.min(lowest, other.queuePlace);
    queue.remove(other);
  }
  assert.ok(lowest >= -2 - 16 * (background + 1), `place ${lowest}`);
  assert.equal(drain(queue), ["stays"]);
});

spec("pops come as a sorted list gives them, whatever is pushed and removed between", () => {
  const command = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        band: fc.nat(background),
        deadlineUs: fc.oneof(fc.constant(never), fc.nat(20), fc.double({ noNaN: true })),
      }),
    },
    { weight: 2, arbitrary: fc.constant("pop" as const) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat(1000) }) },
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 200, size: "max" }), (commands) => {
      const queue = new RunQueue<Item>({ bands: background + 1, capacity: 1 });
      const model: { item: Item; band: number; deadlineUs: number }[] = [];
      const all: Item[] = [];
      for (const step of commands) {
        if (step === "pop") {
          assert.is(queue.pop(), model.shift()?.item);
        } else if ("remove" in step) {
          const victim = all[step.remove % all.length];
          if (victim === undefined) continue;
          const at = model.findIndex((entry) => entry.item === victim);
          assert.is(queue.remove(victim), at >= 0);
          if (at >= 0) model.splice(at, 1);
        } else {
          const added = item(String(all.length));
          all.push(added);
          queue.push(added, step.band, step.deadlineUs);
          model.push({ item: added, ...step });
          model.sort((a, b) => a.band - b.band || compare(a.deadlineUs, b.deadlineUs)); // Stable: ES2019.
        }
        assert.is(queue.size, model.length);
        assert.is(queue.peek, model[0]?.item);
      }
      assert.equal(
        drain(queue),
        model.map((entry) => entry.item.name),
      );
    }),
    { numRuns: 500 },
  );
});

function newQueue(): RunQueue<Item> {
  return new RunQueue<Item>({ bands: background + 1 });
}

function item(name: string): Item {
  return { name, queuePlace: notQueued };
}

function drain(queue: RunQueue<Item>): string[] {
  const names: string[] = [];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) names.push(next.name);
  return names;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
