import { readFileSync } from "node:fs";
import * as assert from "uvu/assert";
import {
  CAUSE_KINDS,
  type Cause,
  causeOfEnd,
  causeOfFailure,
  describeCause,
} from "../../../devices/handler/cause.ts";
import { I2cError } from "../../../firmware/contracts/i2c.ts";
import { spec } from "../../harness/spec.ts";

const examples: readonly (readonly [Cause, string])[] = [
  [{ kind: "crash", reason: "Error: boom" }, "Error: boom"],
  [{ kind: "crash", reason: "Error: boom", restarts: 4 }, "restarts: Error: boom"],
  [{ kind: "hung" }, "hung"],
  [{ kind: "late", restarts: 4 }, "restarts: late"],
  [{ kind: "garbageCollection" }, "garbageCollection"],
  [{ kind: "outOfMemory" }, "outOfMemory"],
  [{ kind: "contract", reason: "contract driving: ..." }, "contract driving: ..."],
  [{ kind: "misses", missed: 3, of: 10 }, "3 of 10 jobs were late"],
  [{ kind: "worldFailure", code: "bus_stuck", reason: "bus_stuck at i2c-1 0x76" }, "bus_stuck at i2c-1 0x76"],
  [{ kind: "input", device: "climate", reading: "temperature", reason: "too old" }, "too old"],
  [
    { kind: "output", device: "pump@pump-house", reason: "noconnection: pump-house is out of reach" },
    "pump@pump-house: noconnection: pump-house is out of reach",
  ],
  [{ kind: "dependency", device: "climate", mode: "off" }, "climate is off"],
  [{ kind: "operator", asked: "safe", forMs: 90_000 }, "an operator asked for safe for 1m30s"],
  [{ kind: "operator", asked: "full" }, "an operator asked for full"],
  [{ kind: "operatorEnded" }, "the operator's time is over"],
  [{ kind: "probation", afterMs: 30_000 }, "probation passed"],
  [{ kind: "retry" }, "tried again"],
];

spec("every kind of cause has words", () => {
  for (const [cause, words] of examples) assert.is(describeCause(cause), words);
  assert.equal(new Set(examples.map(([{ kind }]) => kind)), new Set(CAUSE_KINDS));
});

spec("a chain is told to its beginning", () => {
  const root = causeOfFailure(new I2cError("address_nak", "i2c-1", 0x76));
  assert.equal(root, { kind: "worldFailure", code: "address_nak", reason: "address_nak at i2c-1 0x76" });
  const chain = { kind: "dependency", device: "climate", mode: "safe", cause: root } as const;
  assert.is(describeCause(chain), "climate is safe: address_nak at i2c-1 0x76");
});

spec("the end of a cell is one of the causes, whatever it was", () => {
  assert.equal(causeOfEnd({ cell: "soil", cause: "hung" }), { kind: "hung" });
  assert.equal(causeOfEnd("outOfMemory"), { kind: "outOfMemory" });
  assert.equal(causeOfEnd("late"), { kind: "late" });
  assert.equal(causeOfEnd({ cell: "soil", cause: { error: "Error: boom", stack: "" } }), {
    kind: "crash",
    reason: "Error: boom",
  });
  assert.equal(causeOfEnd("killed"), { kind: "crash", reason: "killed" });
});

spec("the table of the README has a row for every kind", () => {
  const text = readFileSync(new URL("../../../../devices/README.md", import.meta.url), "utf8");
  for (const kind of CAUSE_KINDS) assert.ok(text.includes(`\`${kind}\``), kind);
});
