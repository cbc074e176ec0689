import * as assert from "uvu/assert";
import { EndToEnd } from "../../../devices/handler/end-to-end.ts";
import { spec } from "../../harness/spec.ts";

spec("a way longer than the deadline is a miss, however long; one exactly as long is none", () => {
  const ways = new EndToEnd(10_000);
  ways.record(3000, 5);
  ways.record(10_000, 5);
  assert.equal([ways.report().endToEndUs.max, ways.report().endToEndMisses], [10_000, 0]);
  ways.record(10_001, 5);
  ways.record(3_600_000_000, 5);
  assert.equal([ways.report().endToEndUs.max, ways.report().endToEndMisses], [3_600_000_000, 2]);
});
