import * as assert from "uvu/assert";
import { type Matched, matches, type Pattern } from "../../../runtime/process/pattern.ts";
import { importPid, type Pid } from "../../../runtime/process/pid.ts";
import { spec } from "../../harness/spec.ts";

/** As it arrives from another cell: a new object each time. */
const pid = (number: number) =>
  importPid({ board: "b", cell: "c", incarnation: 1, number, key: "0".repeat(32) });

type Reading = { type: "reading"; value: number; from: Pid; meta: { unit: string; tags: string[] } };
type Fault = { type: "fault"; cause: string };
type Reply = { type: "reply" | "refusal"; id: number };
type Message = Reading | Fault | Reply;

const climate = pid(1);
const reading: Reading = { type: "reading", value: 21, from: climate, meta: { unit: "C", tags: ["a", "b"] } };
const fault: Fault = { type: "fault", cause: "stuck" };

spec("no pattern fits everything", () => {
  for (const message of [undefined, null, 1, "text", {}, reading])
    assert.ok(matches<unknown>(undefined, message));
});

spec("a tag fits the messages of that type", () => {
  assert.ok(fits("reading", reading));
  assert.not(fits("fault", reading));
  for (const message of [undefined, null, 1, "reading", {}, { type: 1 }]) {
    assert.not(matches<unknown>("reading", message));
  }
});

spec("several tags fit the messages of any of them", () => {
  assert.ok(fits(["fault", "reading"], reading));
  assert.not(fits(["fault", "reply"], reading));
  assert.not(fits([], reading));
});

spec("a partial object fits when every property listed is equal", () => {
  assert.ok(fits({ type: "reading", value: 21 }, reading));
  assert.not(fits({ type: "reading", value: 22 }, reading));
  assert.ok(fits({}, reading));
  assert.not(matches<unknown>({ value: "21" }, { value: 21 }));
  assert.not(matches<unknown>({ value: 1 }, undefined));
  assert.not(matches<unknown>({ value: 1 }, null));
  assert.ok(matches<unknown>({ missing: undefined }, {}));
  assert.not(matches<unknown>({ value: Number.NaN }, { value: Number.NaN }), "strictly equal, as === says");
});

spec("nested objects are patterns too, arrays fit element by element", () => {
  assert.ok(fits({ meta: { unit: "C" } }, reading));
  assert.not(fits({ meta: { unit: "F" } }, reading));
  assert.ok(fits({ meta: { tags: ["a", "b"] } }, reading));
  assert.not(fits({ meta: { tags: ["a"] } }, reading));
  assert.ok(matches<unknown>({ list: [{ a: 1 }] }, { list: [{ a: 1, b: 2 }] }));
  assert.not(matches<unknown>({ in: { a: 1 } }, { in: null }));
  assert.not(matches<unknown>({ in: { a: 1 } }, { in: 5 }));
  assert.not(matches<unknown>({ in: [] }, { in: {} }));
});

spec("a process id fits every id of the same process, an object of another class itself only", () => {
  assert.ok(fits({ from: climate }, reading));
  assert.ok(fits({ from: pid(1) }, reading));
  assert.not(fits({ from: pid(2) }, reading));
  assert.not(matches<unknown>({ from: pid(1) }, { from: { number: 1 } }));
  assert.not(matches<unknown>({ at: new Date(0) }, { at: new Date(0) }));
});

spec("a function decides by itself, and its error passes", () => {
  assert.ok(fits((message) => message.type === "reading" && message.value > 20, reading));
  assert.not(fits((message) => message.type === "fault", reading));
  const crash = () => {
    throw new Error("crash");
  };
  assert.throws(() => fits(crash, fault), /^crash$/);
});

function fits(pattern: Pattern<Message>, message: Message): boolean {
  return matches(pattern, message);
}

// Types: compiling is the test.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_T extends true>(): void {}

holds<Same<Matched<Message, "reading">, Reading>>();
holds<Same<Matched<Message, readonly ["reading", "fault"]>, Reading | Fault>>();
holds<Same<Matched<Message, ("reading" | "fault")[]>, Reading | Fault>>();
holds<Same<Matched<Message, { type: "fault"; cause: "stuck" }>, Fault>>();
holds<Same<Matched<Message, { value: 21 }>, Message>>();
holds<Same<Matched<Message, undefined>, Message>>();
holds<Same<Matched<Message, (message: Message) => boolean>, Message>>();
holds<Same<Matched<Message, (message: Message) => message is Fault>, Fault>>();
holds<Same<Matched<Message, "reply">, Reply & { readonly type: "reply" }>>();
holds<Same<Matched<Message, ["reply", "refusal"]>, Reply>>();
holds<
  Same<Matched<{ type: string; n: number }, "any">, { type: string; n: number } & { readonly type: "any" }>
>();
holds<Same<Matched<unknown, "tick">, { readonly type: "tick" }>>();
holds<Same<Matched<unknown, undefined>, unknown>>();

/** As `receive` infers it: literal tags need no `as const`. */
function receive<const P extends Pattern<Message>>(_pattern: P): Matched<Message, P> | undefined {
  return undefined;
}
const one: Reading | undefined = receive("reading");
const two: Reading | Fault | undefined = receive(["reading", "fault"]);
const three: Fault | undefined = receive({ type: "fault" });
const four: Message | undefined = receive((message) => message.type === "fault");
const five: Fault | undefined = receive((message): message is Fault => message.type === "fault");
assert.equal([one, two, three, four, five], [undefined, undefined, undefined, undefined, undefined]);

// @ts-expect-error: no message has this tag
receive("readnig");
// @ts-expect-error: no message has this tag
receive(["reading", "falut"]);
// @ts-expect-error: a reading's value is a number
receive({ type: "reading", value: "21" });
// @ts-expect-error: no message has this property (seen where the pattern's type is written, not inferred)
const misspelt: Pattern<Message> = { type: "fault", couse: "stuck" };
assert.not(fits(misspelt, fault));

spec(
  "a pid in a pattern fits every pid of that process, by whatever way it came, and none that was made up",
  () => {
    const wire = { board: "b", cell: "c", incarnation: 1, number: 2, key: "a".repeat(32) };
    const [one, again] = [importPid(wire), importPid(wire)];
    assert.ok(matches<unknown>({ from: one }, { from: again }));
    assert.not(matches<unknown>({ from: one }, { from: importPid({ ...wire, number: 3 }) }));
    assert.not(matches<unknown>({ from: one }, { from: importPid({ ...wire, incarnation: 2 }) }));
    assert.not(matches<unknown>({ from: one }, { from: importPid({ ...wire, key: "b".repeat(32) }) }));
    assert.not(matches<unknown>({ from: one }, { from: { ...wire } }));
  },
);
