import fc from "fast-check";
import * as assert from "uvu/assert";
import { type Due, DueTimes, notDue } from "../../../runtime/supervision/due-times.ts";
import { spec } from "../../harness/spec.ts";

class Item implements Due {
  dueUs = 0;
  place = notDue;
}

spec("the nearest is taken first, and nothing before its time", () => {
  const times = new DueTimes<Item>();
  const items = [30, 10, 20].map((us) => {
    const item = new Item();
    times.set(item, us);
    return item;
  });
  assert.is(times.nextUs, 10);
  assert.is(times.take(9), undefined);
  assert.is(times.take(10), items[1]);
  assert.is(times.take(100), items[2]);
  assert.is(times.take(100), items[0]);
  assert.is(times.take(100), undefined);
  assert.is(times.nextUs, Number.POSITIVE_INFINITY);
});

spec("it does what a sorted list does", () => {
  const step = fc.record({
    item: fc.nat(31),
    do: fc.constantFrom("set" as const, "set" as const, "clear" as const, "take" as const),
    us: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
      const times = new DueTimes<Item>();
      const items = Array.from({ length: 32 }, () => new Item());
      const model = new Map<Item, number>();
      for (const { item: n, do: what, us } of steps) {
        const item = items[n]!;
        if (what === "set") {
          times.set(item, us);
          model.set(item, us);
        } else if (what === "clear") {
          times.clear(item);
          model.delete(item);
        } else {
          const least = Math.min(...model.values());
          const taken = times.take(us);
          assert.is(taken !== undefined, least <= us);
          if (taken === undefined) continue;
          assert.is(model.get(taken), least);
          model.delete(taken);
        }
        assert.is(times.size, model.size);
        assert.is(times.nextUs, Math.min(...model.values()));
      }
      const left = Array.from(model.values()).sort((a, b) => a - b);
      assert.equal(
        left.map(() => times.take(Number.POSITIVE_INFINITY)?.dueUs),
        left,
      );
    }),
    { numRuns: 300 },
  );
});
