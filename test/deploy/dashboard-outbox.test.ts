import * as assert from "uvu/assert";
import { outboxTrouble } from "../../deploy/dashboard/store/outbox.ts";
import { decodeStatus } from "../../deploy/dashboard/store/wire.ts";
import { spec } from "../harness/spec.ts";

const trouble = (outbox: unknown) =>
  outboxTrouble(decodeStatus(JSON.stringify({ state: "online", outbox }))!.outbox);

spec("an outbox that works is not spoken of, nor one that is not there", () => {
  assert.is(trouble(undefined), undefined);
  assert.is(trouble({ records: 4000, bytes: 1, oldestS: 900, dropped: 0, fault: null }), undefined);
});

spec("what cannot be stored, and what was dropped, is", () => {
  assert.is(
    trouble({ dropped: 7, fault: "no space is left where the outbox is kept" }),
    "What waits for the broker cannot be stored: no space is left where the outbox is kept. 7 records were dropped.",
  );
  assert.is(trouble({ dropped: 7, fault: null }), "7 records were dropped.");
});

spec("a status that is not what it should be harms nobody", () => {
  for (const outbox of [null, "full", 7, [], { dropped: "many", fault: {} }])
    assert.is(trouble(outbox), undefined, JSON.stringify(outbox));
});
