import * as assert from "uvu/assert";
import { readPresence } from "../../../deploy/links/presence.ts";
import { spec } from "../../harness/spec.ts";

const read = (status: unknown) => readPresence(Buffer.from(JSON.stringify(status)));

spec("a status says whether a board is there, and in which life of its runtime", () => {
  assert.equal(read({ state: "online", incarnation: 1, life: 7 }), { online: true, life: 7 });
  assert.equal(read({ state: "offline", life: 7 }), { online: false });
});

spec("what is no status, and the status of a board without links, says nothing", () => {
  for (const status of [
    { state: "online", incarnation: 3 },
    { state: "online", life: 0 },
    { state: "online", life: 1.5 },
    { state: "online", life: "7" },
    { state: "away", life: 7 },
    null,
    [],
    "online",
  ])
    assert.is(read(status), undefined, JSON.stringify(status));
  assert.is(readPresence(Buffer.from("")), undefined);
  assert.is(readPresence(Buffer.from("{")), undefined);
});
