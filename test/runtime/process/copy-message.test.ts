import { deepStrictEqual } from "node:assert/strict";
import { Readable } from "node:stream";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { copyMessage, deepestMessage } from "../../../runtime/process/copy-message.ts";
import { UncopyableError } from "../../../runtime/process/uncopyable-error.ts";
import { spec } from "../../harness/spec.ts";

class Pid {
  readonly number = 1;
}
const isPid = (value: object) => value instanceof Pid;

spec("values that cannot change are sent as they are", () => {
  for (const value of [undefined, null, true, false, 0, -0, Number.NaN, 21.4, "text", "", 10n ** 30n]) {
    assert.ok(Object.is(copy(value), value), String(value));
  }
});

spec("a copy equals the message and shares no object with it", () => {
  const message = {
    type: "reading",
    missing: undefined,
    readings: [{ value: 21.4 }, { value: -3, tags: ["a"] }],
    limits: new Map<unknown, unknown>([["high", { c: 30 }]]),
    seen: new Set([1, "two"]),
    at: new Date(1_234_567_890_123),
    filter: /^a+$/giu,
  };
  const copied = copy(message);
  deepStrictEqual(copied, message);
  assert.is.not(copied, message);
  assert.is.not(copied.readings, message.readings);
  assert.is.not(copied.readings[1]!.tags, message.readings[1]!.tags);
  assert.is.not(copied.limits.get("high"), message.limits.get("high"));
  for (const key of ["seen", "at", "filter"] as const) assert.is.not(copied[key], message[key]);
});

spec("opaque objects are passed as they are, anywhere", () => {
  const pid = new Pid();
  const copied = copy({ from: pid, all: [pid], by: new Map([[pid, pid]]) });
  assert.is(copied.from, pid);
  assert.is(copied.all[0], pid);
  assert.is(copied.by.get(pid), pid);
  assert.is(copy(pid), pid);
});

spec("an object met twice is one object in the copy", () => {
  for (const others of [0, 5, 15, 16, 17, 18, 40]) {
    const shared = { value: 1 };
    const between = Array.from({ length: others }, (_, i) => ({ i }));
    const copied = copy({ first: shared, between, last: [shared] });
    assert.is.not(copied.first, shared);
    assert.is(copied.last[0], copied.first);
    deepStrictEqual(copied.between, between);
  }
});

spec("cycles stay cycles, through every kind of container", () => {
  interface Loop {
    self?: Loop;
    list: unknown[];
    map: Map<unknown, unknown>;
    set: Set<unknown>;
    error: Error;
  }
  const loop: Loop = { list: [], map: new Map(), set: new Set(), error: new Error("round") };
  loop.self = loop;
  loop.list.push(loop, loop.list);
  loop.map.set(loop, loop.map);
  loop.set.add(loop.set).add(loop);
  loop.error.cause = { again: loop.error };
  const copied = copy(loop);
  assert.is.not(copied, loop);
  assert.is(copied.self, copied);
  assert.is(copied.list[0], copied);
  assert.is(copied.list[1], copied.list);
  assert.is(copied.map.get(copied), copied.map);
  assert.ok(copied.set.has(copied.set) && copied.set.has(copied));
  assert.is((copied.error.cause as { again: Error }).again, copied.error);
});

spec("a graph keeps its form, whatever points where", () => {
  const graph = fc.integer({ min: 1, max: 40 }).chain((size) =>
    fc
      .array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1), fc.nat(3)), { maxLength: size * 3, size: "max" })
      .map((edges) => {
        const nodes = Array.from({ length: size }, (_, id): Record<string, unknown> => ({ id }));
        for (const [from, to, name] of edges) nodes[from]![`to${name}`] = nodes[to];
        return nodes;
      }),
  );
  fc.assert(fc.property(graph, (nodes) => assertSameForm(nodes, copy(nodes))));
});

spec("plain data is copied as structuredClone copies it", () => {
  const anything = fc.anything({
    maxDepth: 4,
    withBigInt: true,
    // Not withDate: an invalid date is not equal to itself in the eyes of deepStrictEqual.
    values: [
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.string(),
      fc.constantFrom(null, undefined),
      fc.date({ noInvalidDate: true }),
    ],
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  fc.assert(
    fc.property(anything, (value) => deepStrictEqual(copy(value), structuredClone(value))),
    { numRuns: 500 },
  );
});

spec("holes stay holes, named properties of an array stay behind", () => {
  const holey: unknown[] = [1, 0, { a: 2 }, 0];
  delete holey[1];
  delete holey[3];
  const copied = copy(Object.assign(holey, { extra: 1 }));
  assert.is(copied.length, 4);
  assert.equal(Object.keys(copied), ["0", "2"]);
});

spec("a property named __proto__ is a property of the copy and changes no prototype", () => {
  const copied = copy(JSON.parse('{"__proto__":{"polluted":true},"a":1}'));
  assert.equal(Object.keys(copied), ["__proto__", "a"]);
  assert.is(Object.getPrototypeOf(copied), Object.prototype);
  assert.is(copied.polluted, undefined);
});

spec("hidden properties stay behind; a symbol's comes along as it is", () => {
  const symbol = Symbol("tag");
  const message = { seen: 1, [symbol]: 3 };
  Object.defineProperty(message, "hidden", { value: 2, enumerable: false });
  const copied = copy(message);
  assert.equal(Object.getOwnPropertyNames(copied), ["seen"]);
  assert.is(copied[symbol], 3);
});

spec("frozen and null-prototype objects arrive as ordinary ones", () => {
  const copied = copy(Object.freeze({ list: Object.freeze([Object.freeze({ a: 1 })]) }));
  assert.not(Object.isFrozen(copied) || Object.isFrozen(copied.list) || Object.isFrozen(copied.list[0]));
  const bare = copy(Object.assign(Object.create(null), { a: 1 }));
  assert.is(Object.getPrototypeOf(bare), Object.prototype);
  assert.is(bare.a, 1);
});

spec("memory is copied, a view with the bytes it shows only", () => {
  const buffer = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]).buffer;
  const message = { buffer, view: new Uint16Array(buffer, 2, 2), data: new DataView(buffer, 4, 2) };
  const copied = copy(message);
  new Uint8Array(buffer).fill(0);
  assert.equal([...new Uint8Array(copied.buffer)], [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal([...copied.view], [0x0403, 0x0605]);
  assert.is(copied.view.buffer.byteLength, 4);
  assert.is(copied.data.getUint16(0), 0x0506);
  assert.is(copied.data.buffer.byteLength, 2);
});

spec("every kind of typed array arrives as its kind", () => {
  const floats = [Float32Array, Float64Array].map((View) => new View([1.5, -2]));
  const integers = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
  ];
  const bigs = [BigInt64Array, BigUint64Array].map((View) => new View([1n, 2n]));
  for (const view of [...floats, ...integers.map((View) => new View([1, 2])), ...bigs]) {
    deepStrictEqual(copy(view), view);
    assert.is.not(copy(view), view);
  }
});

spec("a Buffer arrives as a Uint8Array without its pool", () => {
  const copied = copy(Buffer.from("abc"));
  assert.is(Object.getPrototypeOf(copied), Uint8Array.prototype);
  assert.equal([...copied], [97, 98, 99]);
  assert.is(copied.buffer.byteLength, 3);
});

spec("shared memory is passed by reference, also under a view", () => {
  const shared = new SharedArrayBuffer(16);
  const copied = copy({ shared, view: new Int32Array(shared, 4, 2), data: new DataView(shared, 8, 4) });
  assert.is(copied.shared, shared);
  new Int32Array(shared)[2] = 7;
  assert.equal([...copied.view], [0, 7]);
  assert.is(copied.data.getInt32(0, true), 7);
});

spec("an error keeps name, message, stack and cause, and its class when it is one of the language", () => {
  class BusError extends Error {
    override readonly name = "BusError";
  }
  const error = new BusError("stuck", { cause: new TypeError("inner") });
  const copied = copy({ reason: error }).reason as Error;
  assert.is(Object.getPrototypeOf(copied), Error.prototype);
  assert.is(String(copied), "BusError: stuck");
  assert.is(copied.stack, error.stack);
  assert.instance(copied.cause, TypeError);
  assert.is((copied.cause as Error).message, "inner");
  assert.equal(Object.keys(copied), []);
  assert.not(Object.hasOwn(copy(new Error("no cause")), "cause"));
});

spec("what cannot be sent is named with its place in the message", () => {
  const rows: [unknown, string][] = [
    [() => 1, "message: a function cannot be sent"],
    [Symbol("s"), "message: a symbol cannot be sent"],
    [{ readings: [1, 2, { callback() {} }] }, "message.readings[2].callback: a function cannot be sent"],
    [{ "odd name": [Symbol.iterator] }, 'message["odd name"][0]: a symbol cannot be sent'],
    [{ later: Promise.resolve() }, "message.later: an instance of Promise cannot be sent"],
    [[new WeakMap()], "message[0]: an instance of WeakMap cannot be sent"],
    [{ a: new (class Relay {})() }, "message.a: an instance of Relay cannot be sent"],
    [{ a: new (class extends Array {})() }, "message.a: an instance of a class cannot be sent"],
    [{ a: new (class Limits extends Map {})() }, "message.a: an instance of Limits cannot be sent"],
    [{ a: Object.create(Date.prototype) }, "message.a: an instance of Date cannot be sent"],
    [{ a: Object.create(Array.prototype) }, "message.a: an instance of Array cannot be sent"],
    [{ a: Object.create({}) }, "message.a: an instance of Object cannot be sent"],
    [{ a: Object(1) }, "message.a: an instance of Number cannot be sent"],
    [{ in: Readable.from([]) }, "message.in: an instance of Readable cannot be sent"],
    [new Map([["k", { f() {} }]]), 'message.get("k").f: a function cannot be sent'],
    [new Map([[1, [() => 1]]]), "message.get(1)[0]: a function cannot be sent"],
    [new Map([[{ f() {} }, 1]]), "message.keys()[0].f: a function cannot be sent"],
    [new Set([1, () => 1]), "message.values()[1]: a function cannot be sent"],
    [new Error("e", { cause: { f() {} } }), "message.cause.f: a function cannot be sent"],
  ];
  for (const [message, text] of rows) {
    const error = refusalOf(message);
    assert.is(error.message, text);
    assert.is(error.path, text.slice(0, text.lastIndexOf(": a")));
    assert.is(error.name, "UncopyableError");
  }
});

spec("memory that was transferred away is refused", () => {
  const view = new Uint8Array(4);
  const { buffer } = view;
  structuredClone(buffer, { transfer: [buffer] });
  assert.is(refusalOf({ buffer }).message, "message.buffer: memory that was transferred away cannot be sent");
  assert.is(refusalOf({ view }).path, "message.view");
});

spec("a getter is read once and its value sent; one that throws refuses the message", () => {
  let reads = 0;
  const message = {
    get now() {
      return ++reads;
    },
  };
  assert.equal(Object.getOwnPropertyDescriptor(copy(message), "now")?.value, 1);
  assert.is(reads, 1);
  const cause = new Error("broken");
  const broken = {
    get now() {
      throw cause;
    },
  };
  const error = refusalOf({ inner: broken });
  assert.is(error.message, "message.inner.now: a part that throws when it is read cannot be sent");
  assert.is(error.cause, cause);
});

spec("nesting is sent down to its limit and refused below it", () => {
  assert.ok(copy(nested(deepestMessage)));
  const error = refusalOf(nested(deepestMessage + 1));
  assert.match(error.message, /in: an object more than 500 levels deep cannot be sent$/);
  assert.instance(refusalOf(nested(100_000)), UncopyableError);
});

function copy<T>(value: T): T {
  return copyMessage(value, isPid);
}

function refusalOf(message: unknown): UncopyableError {
  try {
    copy(message);
  } catch (error) {
    assert.instance(error, UncopyableError);
    return error as UncopyableError;
  }
  throw new Error("the message was copied");
}

/** Objects inside one another, `levels` of them. */
function nested(levels: number): object {
  let message = {};
  for (let level = 1; level < levels; level++) message = { in: message };
  return message;
}

/** Walks both graphs at once: the same keys, and each object always meets the same other one, never itself. */
function assertSameForm(left: unknown, right: unknown, met = new Map<unknown, unknown>()): void {
  if (typeof left !== "object" || left === null) {
    assert.is(left, right);
    return;
  }
  if (met.has(left)) {
    assert.is(met.get(left), right);
    return;
  }
  assert.is.not(left, right);
  assert.not([...met.values()].includes(right));
  met.set(left, right);
  assert.equal(Object.keys(left), Object.keys(right as object));
  for (const [key, value] of Object.entries(left)) {
    assertSameForm(value, (right as Record<string, unknown>)[key], met);
  }
}
