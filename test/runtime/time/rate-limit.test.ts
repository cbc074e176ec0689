import * as assert from "uvu/assert";
import { RateLimit } from "../../../runtime/time/rate-limit.ts";
import { spec } from "../../harness/spec.ts";

function granted(limit: RateLimit, nowUs: number, tries: number): number {
  let count = 0;
  for (let n = 0; n < tries; n++) if (limit.take(nowUs)) count++;
  return count;
}

spec("a burst passes at once, then one each interval", () => {
  const limit = new RateLimit(3, 1000);
  assert.is(granted(limit, 0, 10), 3);
  assert.is(granted(limit, 999, 10), 0);
  assert.is(granted(limit, 1000, 10), 1);
  assert.is(granted(limit, 3500, 10), 2);
  assert.is(granted(limit, 4000, 10), 1, "the half earned before counts");
});

spec("a long silence earns one burst, not more", () => {
  const limit = new RateLimit(3, 1000);
  granted(limit, 0, 3);
  assert.is(granted(limit, 1e9, 10), 3);
});
