import * as assert from "uvu/assert";
import { declareProtocol, ProtocolError } from "../../../runtime/protocol/declare-protocol.ts";
import {
  describeProtocol,
  protocolDiagram,
  protocolTable,
} from "../../../runtime/protocol/describe-protocol.ts";
import type { MessageOf, ProtocolSpec, StateSpec } from "../../../runtime/protocol/protocol.ts";
import { spec } from "../../harness/spec.ts";
import { meter, stream } from "./meter.ts";

/** What a declaration of these states is refused for. */
function problems(
  states: Readonly<Record<string, StateSpec>>,
  more: Partial<ProtocolSpec> = {},
): readonly string[] {
  try {
    declareProtocol({ name: "p", sides: ["a", "b"], start: "s", states, ...more });
  } catch (error) {
    assert.instance(error, ProtocolError);
    return (error as ProtocolError).problems;
  }
  return [];
}

const over: StateSpec = { final: true };

spec("messages of each side follow from the declaration, and wrong ones fail in the compiler", () => {
  type Client = MessageOf<typeof meter.spec, "client">;
  type Meter = MessageOf<typeof meter.spec, "meter">;
  const right: readonly (Client | Meter)[] = [
    { type: "ask", channel: 2 },
    { type: "bye" },
    { type: "answer", volts: 1.5 },
    { type: "answer", volts: 1.5, note: "n" },
    { type: "failed", why: "open" },
  ];
  // @ts-expect-error the meter says that
  const notMine: Client = { type: "answer", volts: 1 };
  // @ts-expect-error no such message
  const unknown: Client = { type: "hello" };
  // @ts-expect-error a number
  const wrongField: Client = { type: "ask", channel: "2" };
  // @ts-expect-error channel is missing
  const noField: Client = { type: "ask" };
  // @ts-expect-error no such reason
  const wrongWhy: Meter = { type: "failed", why: "broken" };
  // @ts-expect-error no such side
  type Nobody = MessageOf<typeof meter.spec, "nobody">;
  const nobody: Nobody | undefined = undefined;
  assert.ok([right, notMine, unknown, wrongField, noField, wrongWhy, nobody]);
});

spec("equal declarations have equal digests, different ones different", () => {
  assert.is(declareProtocol({ ...meter.spec }).digest, meter.digest);
  assert.is.not(declareProtocol({ ...meter.spec, name: "other" }).digest, meter.digest);
});

spec("a state that nobody leaves has to be final", () => {
  const stuck = "nobody may speak, and it is not final: no way out";
  assert.equal(problems({ s: { may: { a: { go: { next: "t" } } } }, t: {} }), [`state t: ${stuck}`]);
  assert.equal(problems({ s: { may: { a: {} } } }), [`state s: ${stuck}`]);
  assert.equal(problems({ s: { may: { a: { go: { next: "t" } } } }, t: over }), []);
});

spec("a final state is silent and has no time limit", () => {
  const talks: StateSpec = { final: true, may: { a: { x: { next: "s" } } } };
  assert.equal(problems({ s: talks }), ["state s: it is final and lets somebody speak"]);
  assert.equal(problems({ s: { final: true, within: 5 } }), ["state s: it is final and has a time limit"]);
});

spec("states, sides and tags that do not hang together are all named at once", () => {
  const s: StateSpec = {
    may: { a: { go: { next: "nowhere" }, down: { next: "s" } }, c: { x: { next: "s" } } },
  };
  assert.equal(problems({ s }, { start: "begin" }), [
    "the start begin is none of its states",
    "state s: c is none of its sides (a, b)",
    "state s: a may say go: its next state nowhere does not exist",
    "state s: a may say down: the tag is the kernel's",
  ]);
});

spec("both sides cannot have one name", () => {
  assert.equal(problems({ s: over }, { sides: ["a", "a"] }), ["both sides are called a"]);
});

spec("a state to which nothing leads is refused", () => {
  assert.equal(problems({ s: over, t: over }), ["state t: nothing leads there"]);
});

spec("a field named type, and a schema that is none, are refused", () => {
  const s: StateSpec = {
    may: { a: { go: { fields: { type: "text", n: "integer" as "int" }, next: "s" } } },
  };
  assert.equal(problems({ s }), [
    "state s: a may say go: the field type is its tag",
    "state s: a may say go: .n: integer is no schema",
  ]);
});

spec("one tag of both sides in one state is ambiguous", () => {
  const s: StateSpec = { may: { a: { ping: { next: "s" } }, b: { ping: { next: "s" } } } };
  assert.equal(problems({ s }), ["state s: both sides may say ping: a trace could not tell who"]);
});

spec("a time limit says whose it is, where both may speak", () => {
  const both = { a: { x: { next: "s" } }, b: { y: { next: "s" } } };
  assert.equal(problems({ s: { may: both, within: 5 } }), [
    "state s: both sides may speak: the time limit has to say by whom",
  ]);
  assert.equal(problems({ s: { may: both, within: { ms: 5, by: "b" } } }), []);
  assert.equal(problems({ s: { may: { a: both.a }, within: { ms: 5, by: "b" } } }), [
    "state s: the time limit is b's, who may not speak",
  ]);
  assert.equal(problems({ s: { may: { a: both.a }, within: 0 } }), ["state s: a time limit of 0 ms"]);
  assert.equal(problems({ s: { may: { a: both.a }, within: Infinity } }), [
    "state s: a time limit of Infinity ms",
  ]);
});

spec("messages that may cross have to commute", () => {
  const crossing = (states: Readonly<Record<string, StateSpec>>) => problems(states);
  assert.equal(
    crossing({
      s: { may: { a: { stop: { next: "t" } }, b: { sample: { next: "s" } } } },
      t: over,
    }),
    ["state s: a's stop and b's sample may cross, but after stop (state t) b may not say sample"],
  );
  assert.equal(
    crossing({
      s: { may: { a: { stop: { next: "t" } }, b: { leave: { next: "u" } } } },
      t: { may: { b: { leave: { next: "v" } } } },
      u: over,
      v: over,
    }),
    ["state s: a's stop and b's leave may cross, but after leave (state u) a may not say stop"],
  );
  assert.equal(
    crossing({
      s: { may: { a: { stop: { next: "t" } }, b: { leave: { next: "u" } } } },
      t: { may: { b: { leave: { next: "v" } } } },
      u: { may: { a: { stop: { next: "w" } } } },
      v: over,
      w: over,
    }),
    ["state s: a's stop and b's leave may cross, but stop, leave leads to v and leave, stop to w"],
  );
  assert.equal(
    crossing({
      s: { may: { a: { stop: { next: "t" } }, b: { leave: { fields: { n: "int" }, next: "u" } } } },
      t: { may: { b: { leave: { fields: { n: "text" }, next: "v" } } } },
      u: { may: { a: { stop: { next: "v" } } } },
      v: over,
    }),
    ["state s: a's stop and b's leave may cross, but their fields are not the same on both ways"],
  );
  assert.equal(
    crossing({
      s: { may: { a: { stop: { next: "t" } }, b: { leave: { next: "u" } } } },
      t: { may: { b: { leave: { next: "v" } } } },
      u: { may: { a: { stop: { next: "v" } } } },
      v: over,
    }),
    [],
  );
});

spec("a protocol prints as a diagram and as a table", () => {
  assert.is(
    protocolDiagram(stream.spec),
    [
      "stateDiagram-v2",
      "  [*] --> open",
      "  open --> open: sink rate",
      "  open --> stopping: sink stop",
      "  open --> open: source sample",
      "  stopping --> stopping: source sample",
      "  stopping --> over: source stopped",
      "  over --> [*]",
    ].join("\n"),
  );
  assert.is(
    protocolTable(meter.spec),
    [
      "| state | who | says | fields | next | within |",
      "| --- | --- | --- | --- | --- | --- |",
      "| idle | client | ask | { channel: int 0..3 } | asked |  |",
      "| idle | client | bye | {} | over |  |",
      "| asked | meter | answer | { volts: number, note?: text } | idle | 50 ms |",
      '| asked | meter | failed | { why: "open" \\| "short" } | idle | 50 ms |',
      "| over |  | (over) |  |  |  |",
    ].join("\n"),
  );
  const page = describeProtocol(meter.spec);
  assert.match(page, /^## Protocol meter: client and meter\n\n```mermaid\nstateDiagram-v2\n/);
});
