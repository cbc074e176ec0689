import { is } from "uvu/assert";
import { Pid } from "../../../runtime/process/pid.ts";
import { isForeignMessage } from "../../../runtime/protocol/foreign-message.ts";
import { spec } from "../../harness/spec.ts";

const hangUp = { type: "hangUp", talk: "x", reason: "normal" };

/** A reason within a reason, so many times. */
function nested(times: number): unknown {
  let reason: unknown = "killed";
  for (let n = 0; n < times; n++) reason = { cell: "x", cause: reason };
  return reason;
}

spec("what conversations say is one of their messages, whatever its contents break", () => {
  is(
    isForeignMessage({ type: "said", talk: "x", seq: 7, message: { type: "anything", level: "full" } }),
    true,
  );
  is(isForeignMessage(hangUp), true);
  is(isForeignMessage({ ...hangUp, reason: { shutdown: "enough" } }), true);
  is(isForeignMessage({ ...hangUp, reason: { error: "Error: boom", stack: "" } }), true);
  is(isForeignMessage({ type: "down", ref: 3, reason: { cell: "pump", cause: "killed" } }), true);
});

spec("what would break whoever reads it is none", () => {
  const converse = { type: "converse", protocol: "p", digest: "d", side: "s", talk: "t" };
  const none: readonly unknown[] = [
    ...[null, undefined, 1, "said", [], {}, { type: "heard" }],
    ...[converse, { ...converse, from: {} }, { ...converse, from: Object.create(Pid.prototype) }],
    ...[
      { type: "said", talk: "x", seq: "1", message: { type: "a" } },
      { type: "said", talk: "x", seq: 1, message: null },
    ],
    { type: "said", talk: "x", seq: 1, message: { type: { toString: 1 } } },
    ...[null, 1, { cell: "x" }, { contract: null }, nested(1_000_000)].map((reason) => ({
      ...hangUp,
      reason,
    })),
    { type: "down", ref: "1", reason: "normal" },
  ];
  for (const [index, message] of none.entries()) is(isForeignMessage(message), false, String(index));
});
