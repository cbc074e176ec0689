import { deepStrictEqual } from "node:assert/strict";
import * as assert from "uvu/assert";
import { pack, unpack } from "../../../runtime/process/pack.ts";
import { exportPid, importPid, Pid, type WirePid } from "../../../runtime/process/pid.ts";
import { UncopyableError } from "../../../runtime/process/uncopyable-error.ts";
import { spec } from "../../harness/spec.ts";

const home = { board: "bench", cell: "c", incarnation: 3 };

function pidOf(number: number): Pid {
  return importPid({ ...home, number, key: String(number).repeat(32) });
}

/** There and back, as over a port. */
function travelled<T>(message: T, resolve?: (wire: WirePid) => Pid): T {
  return unpack(structuredClone(pack(message).packed), resolve) as T;
}

spec("a message without pids travels as it is", () => {
  const message = { type: "reading", values: [1, { a: new Map([["k", new Set([2])]]) }], at: new Date(5) };
  const { packed } = pack(message);
  assert.equal([packed.pids, packed.placeholders, packed.named], [[], [], undefined]);
  deepStrictEqual(travelled(message), message);
});

spec("a pid travels with its key, and is a pid again with the same authority", () => {
  const pid = pidOf(7);
  const { to } = travelled({ to: pid });
  assert.instance(to, Pid);
  assert.equal(exportPid(to), exportPid(pid));
});

spec("a pid met twice is one pid on the other side; two pids stay two", () => {
  const [a, b] = [pidOf(1), pidOf(2)];
  const message = {
    list: [a, b, a],
    map: new Map<unknown, unknown>([[a, { to: b }]]),
    set: new Set([b]),
    error: new Error("e", { cause: { from: a } }),
  };
  const { list, map, set, error } = travelled(message);
  const [first, second, third] = list;
  assert.is(first, third);
  assert.is.not(first, second);
  assert.equal([...map], [[first, { to: second }]]);
  assert.ok(set.has(second!));
  assert.is((error.cause as { from: Pid }).from, first);
});

spec("pids in cycles are found, once", () => {
  const message: { to: Pid; self?: unknown; list: unknown[] } = { to: pidOf(1), list: [] };
  message.self = message;
  message.list.push(message.list, message.to);
  const back = travelled(message);
  assert.is(back.self, back);
  assert.is(back.list[0], back.list);
  assert.is(back.list[1], back.to);
});

spec("a pid alone is a message", () => {
  assert.is(String(travelled(pidOf(4))), "<bench.c.4>");
});

spec("what looks like a travelling pid is only data: a body cannot counterfeit one", () => {
  const wire = { ...home, number: 1, key: "1".repeat(32) };
  const back = travelled({ to: wire, real: pidOf(2) });
  assert.not.instance(back.to, Pid);
  assert.equal(back.to, wire);
});

spec("the receiver may put its own object in a pid's place", () => {
  const own = pidOf(9);
  const asked: string[] = [];
  const { to, also } = travelled({ to: pidOf(9), also: pidOf(9) }, (wire) => {
    asked.push(String(wire.number));
    return own;
  });
  assert.is(to, own);
  assert.is(also, own);
  assert.equal(asked, ["9", "9"], "two objects of one process are asked for one by one");
});

spec("the sender's message stays as it was", () => {
  const pid = pidOf(1);
  const message = { to: pid, map: new Map([[pid, pid]]), error: new Error("e", { cause: pid }) };
  pack(message);
  assert.is(message.to, pid);
  assert.is(message.map.get(pid), pid);
  assert.is(message.error.cause, pid);
});

spec("an error keeps its name over a port, at any depth", () => {
  class BusError extends Error {
    override readonly name = "BusError";
  }
  const inner = new BusError("stuck");
  const { error } = travelled({ error: new TypeError("outer", { cause: { inner } }) });
  assert.instance(error, TypeError);
  const back = (error.cause as { inner: Error }).inner;
  assert.is(String(back), "BusError: stuck");
  assert.is(back.stack, inner.stack);
  assert.equal(Object.keys(back), []);
});

spec("holes of an array stay holes beside pids", () => {
  const holey: unknown[] = [pidOf(1), 0, 2];
  delete holey[1];
  assert.equal(Object.keys(travelled(holey)), ["0", "2"]);
});

spec("the size counts the message, not the way it is packed", () => {
  assert.ok(pack({ text: "x".repeat(1000) }).bytes >= 2000);
  assert.ok(pack({ a: pidOf(1) }).bytes < 200);
});

spec("what cannot be sent is refused with its place", () => {
  try {
    pack({ to: pidOf(1), list: [{ f() {} }] });
    assert.unreachable();
  } catch (error) {
    assert.instance(error, UncopyableError);
    assert.is((error as UncopyableError).path, "message.list[0].f");
  }
});
