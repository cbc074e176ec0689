import * as assert from "uvu/assert";
import { spec } from "../../harness/spec.ts";
import { isFlat, measureLeaks, printLoop } from "../../soak/leaks.ts";

spec(
  "a million spawns, messages, timers, links and monitors, and all that is made of them, end with the heap where it began",
  () => {
    const { results, total } = measureLeaks(1_000_000, 50_000);
    assert.ok(isFlat(total), [...results, total].map(printLoop).join("\n"));
  },
  { limitMs: 180_000 },
);
