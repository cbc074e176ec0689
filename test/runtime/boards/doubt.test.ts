import * as assert from "uvu/assert";
import { Doubt } from "../../../runtime/boards/doubt.ts";
import { spec } from "../../harness/spec.ts";

const never = () => false;

spec("who does not answer within 400 ms is gone, and the next doubt is a new one", () => {
  const doubt = new Doubt();
  assert.is(doubt.begin("offline", 1000), true);
  assert.is(doubt.begin("newIncarnation", 2000), false, "one at a time");
  assert.is(doubt.nextUs, 401_000);
  assert.is(doubt.settle(400_999, never), undefined);
  assert.is(doubt.settle(401_000, never), "offline");
  assert.is(doubt.nextUs, Number.POSITIVE_INFINITY);
  assert.is(doubt.begin("offline", 500_000), true);
  assert.is(
    doubt.settle(900_000, (sinceUs) => sinceUs === 500_000),
    undefined,
  );
  assert.is(doubt.nextUs, Number.POSITIVE_INFINITY, "it has answered");
});

spec("where the way is long, the answer may take four times as long as the last beats did", () => {
  const doubt = new Doubt();
  doubt.begin("offline", 0, 300_000);
  assert.is(doubt.nextUs, 1_200_000);
});

spec("a board that stood still itself looks once more before it says that the other one is gone", () => {
  const doubt = new Doubt();
  doubt.begin("offline", 0);
  assert.is(doubt.settle(500_000, never), undefined, "the answer may lie unread");
  assert.is(doubt.nextUs, 900_000);
  assert.is(doubt.settle(2_000_000, never), "offline", "but only once");
});
