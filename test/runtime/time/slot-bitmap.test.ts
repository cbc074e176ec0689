import fc from "fast-check";
import * as assert from "uvu/assert";
import { SlotBitmap } from "../../../runtime/time/slot-bitmap.ts";
import { spec } from "../../harness/spec.ts";

spec("the first slot is the lowest of those set, as a set of numbers says", () => {
  const change = fc.record({ slot: fc.nat(9 * 64 - 1), present: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 100, size: "max" }), (changes) => {
      const bitmap = new SlotBitmap(9);
      const model = new Set<number>();
      for (const { slot, present } of changes) {
        if (present) {
          bitmap.set(slot);
          model.add(slot);
        } else {
          bitmap.clear(slot);
          model.delete(slot);
        }
        assert.is(bitmap.first(), model.size === 0 ? -1 : Math.min(...model));
      }
    }),
  );
});

spec("each slot can be the only one", () => {
  const bitmap = new SlotBitmap(9);
  for (let slot = 0; slot < 9 * 64; slot++) {
    bitmap.set(slot);
    assert.is(bitmap.first(), slot);
    bitmap.clear(slot);
    assert.is(bitmap.first(), -1);
  }
});
