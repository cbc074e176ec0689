import fc from "fast-check";
import * as assert from "uvu/assert";
import { ByteWriter } from "../../../runtime/boards/bytes.ts";
import type { AbroadFrame } from "../../../runtime/cell/control-frame.ts";
import { LONGEST_RING_FRAME } from "../../../runtime/cell/frame-ring.ts";
import { decodeRingFrame, encodeRingFrame } from "../../../runtime/cell/ring-frame.ts";
import type { MessageFrame } from "../../../runtime/process/signal.ts";
import { propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";

const count = fc.maxSafeInteger().map(Math.abs);
const key = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 });
const pid = fc.record(
  { board: fc.string(), cell: fc.string(), incarnation: count, number: count, key, life: fc.nat() },
  { requiredKeys: ["board", "cell", "incarnation", "number", "key"], noNullPrototype: true },
);
const body = fc.record({ type: fc.string(), n: fc.integer(), text: fc.string() }, { noNullPrototype: true });
const message = fc.record(
  {
    kind: fc.constant("message" as const),
    to: fc.record({ incarnation: count, number: count, key }, { noNullPrototype: true }),
    packed: fc.tuple(body, fc.array(pid, { maxLength: 4 })).map(([parts, pids]) => {
      const placeholders = pids.map(() => ({}));
      return { body: { ...parts, placeholders }, placeholders, pids };
    }),
    deadlineUs: fc.oneof(fc.double({ noNaN: true }), fc.constant(Number.POSITIVE_INFINITY)),
    band: fc.nat(4),
    bytes: fc.nat(4000),
    alias: count,
    closed: fc.constant(true as const),
    monitor: fc.record({ from: pid, ref: count }, { noNullPrototype: true }),
    board: fc.string(),
  },
  { requiredKeys: ["kind", "to", "packed", "deadlineUs", "band", "bytes"], noNullPrototype: true },
);

function through(frame: MessageFrame | AbroadFrame) {
  return decodeRingFrame(encodeRingFrame(new ByteWriter(LONGEST_RING_FRAME), frame)!);
}

spec("every field of a message comes out as it went in, and its pids stay beside its body", () => {
  fc.assert(
    fc.property(message, (frame) => {
      const came = through(frame) as MessageFrame;
      assert.equal(came, frame);
      const { placeholders, body } = came.packed;
      assert.ok(
        placeholders.every((one, at) => (body as { placeholders: object[] }).placeholders[at] === one),
      );
    }),
    propertyRuns(300),
  );
});

spec("a message for another board comes out with the board, its life and the cell there", () => {
  fc.assert(
    fc.property(message, fc.string(), fc.nat(), fc.string(), (frame, board, life, cell) => {
      const abroad = { control: "abroad", board, life, cell, frame } as const;
      assert.equal(through(abroad), abroad);
    }),
    propertyRuns(50),
  );
});

const to = { incarnation: 1, number: 1, key: "0" };

function of(body: unknown, bytes = 8): MessageFrame {
  const packed = { body, placeholders: [], pids: [] };
  return { kind: "message", to, packed, deadlineUs: Number.POSITIVE_INFINITY, band: 2, bytes };
}

spec("what is no message, too long, or shared memory does not go this way", () => {
  const out = new ByteWriter(LONGEST_RING_FRAME);
  const from = { board: "b", cell: "c", ...to };
  assert.is(encodeRingFrame(out, { kind: "exit", to, from, reason: "normal" }), undefined);
  assert.is(encodeRingFrame(out, { control: "ready" }), undefined);
  assert.is(encodeRingFrame(out, of("x".repeat(LONGEST_RING_FRAME))), undefined);
  assert.is(encodeRingFrame(out, of("short", 1 << 20)), undefined);
  assert.is(encodeRingFrame(out, of(new SharedArrayBuffer(8))), undefined);
  assert.equal(through(of("short")), of("short"), "and the next one does");
});
