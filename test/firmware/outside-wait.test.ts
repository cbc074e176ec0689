import * as assert from "uvu/assert";
import { busWait, describeWait, lineWait } from "../../firmware/client/outside-wait.ts";
import { spec } from "../harness/spec.ts";

spec("what a cell waits for is a number from 1 that tells lines and buses apart, and a name again", () => {
  const link = { lines: { GPIO17: 0, GPIO5: 9 }, buses: { "i2c-1": 0, "i2c-3": 1 } };
  const waits = [lineWait(0), lineWait(9), busWait(0), busWait(1)];
  assert.equal(waits, [1, 19, 2, 4]);
  const names = waits.map((what) => describeWait(what, link));
  assert.equal(names, ["GPIO17", "GPIO5", "i2c-1", "i2c-3"]);
  assert.is(describeWait(busWait(7), link), "guardian", "nothing it was granted");
  assert.is(describeWait(lineWait(0), undefined), "guardian");
});
