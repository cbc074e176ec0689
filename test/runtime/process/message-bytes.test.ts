import fc from "fast-check";
import * as assert from "uvu/assert";
import { messageBytes } from "../../../runtime/process/message-bytes.ts";
import { spec } from "../../harness/spec.ts";

spec("sizes grow with what is inside", () => {
  const rows: [unknown, number][] = [
    [undefined, 8],
    [1.5, 8],
    ["abcd", 32],
    [{}, 32],
    [{ type: "a", value: 1 }, 32 + 8 + 26 + 8 + 8],
    [[1, 2, 3], 32 + 24],
    [{ in: {} }, 32 + 8 + 8 + 32],
    [new Uint8Array(1000), 1128],
    [new Int32Array(new SharedArrayBuffer(4096)), 128],
    [new ArrayBuffer(100), 228],
    [new Map([[1, 2]]), 32 + 24 + 16],
    [new Set([1]), 32 + 24 + 8],
    [new Date(), 32],
    [new (class Pid {})(), 32],
  ];
  for (const [value, bytes] of rows) assert.is(messageBytes(value), bytes, JSON.stringify(value));
});

spec("a big message is never small", () => {
  const errorWithStack = new Error("x".repeat(1000));
  for (const value of ["x".repeat(1000), { a: ["x".repeat(1000)] }, 1n << 8000n, errorWithStack]) {
    assert.ok(messageBytes(value) >= 1000);
  }
});

spec("cycles end, and what is shared by many counts once", () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert.ok(messageBytes(loop) < 10_000);
  const shared = new Uint8Array(1_000_000);
  const holders = Array.from({ length: 10_000 }, () => ({ shared }));
  assert.ok(messageBytes(holders) < 10_000_000);
});

spec("nesting beyond what can be sent does not end the stack", () => {
  let message = {};
  for (let level = 0; level < 100_000; level++) message = { in: message };
  assert.ok(messageBytes(message) > 0);
});

spec("any plain value has a size", () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true });
  fc.assert(fc.property(anything, (value) => messageBytes(value) >= 8));
});
