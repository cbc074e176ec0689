import fc from "fast-check";
import * as assert from "uvu/assert";
import { MissWindow } from "../../../runtime/time/miss-window.ts";
import { propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";

spec("3 of 5: any three misses in five, not only in a row", () => {
  const window = new MissWindow({ misses: 3, of: 5 });
  assert.equal(
    [true, false, true, false, true].map((missed) => window.record(missed)),
    [false, false, false, false, true],
  );
});

spec("a miss that has left the window counts no more", () => {
  const window = new MissWindow({ misses: 2, of: 3 });
  assert.equal(
    [true, false, false, true, false, false, true].map((missed) => window.record(missed)),
    [false, false, false, false, false, false, false],
  );
  assert.is(window.misses, 1);
  assert.is(window.record(true), true);
});

spec("once broken, a rule begins anew", () => {
  const window = new MissWindow({ misses: 2, of: 2 });
  assert.equal(
    [true, true, true, true].map((missed) => window.record(missed)),
    [false, true, false, true],
  );
});

spec("1 of 1 is every miss", () => {
  const window = new MissWindow({ misses: 1, of: 1 });
  assert.equal([window.record(true), window.record(false), window.record(true)], [true, false, true]);
});

spec("a rule that cannot be is refused", () => {
  for (const [misses, of] of [
    [0, 5],
    [6, 5],
    [1.5, 5],
    [1, Number.NaN],
  ] as const) {
    assert.throws(() => new MissWindow({ misses, of }), /no such rule/);
  }
});

spec("whatever is missed, it answers as a plain list of the last k does", () => {
  const rule = fc
    .tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }))
    .map(([a, b]) => ({ misses: Math.min(a, b), of: Math.max(a, b) }));
  fc.assert(
    fc.property(rule, fc.array(fc.boolean(), { maxLength: 400, size: "max" }), (rule, all) => {
      const window = new MissWindow(rule);
      let last: boolean[] = [];
      for (const missed of all) {
        last = [...last, missed].slice(-rule.of);
        const broken = last.filter(Boolean).length >= rule.misses;
        assert.is(window.record(missed), broken);
        if (broken) last = [];
        assert.is(window.misses, last.filter(Boolean).length);
      }
    }),
    propertyRuns(300),
  );
});
