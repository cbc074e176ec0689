import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import * as assert from "uvu/assert";
import { ByteReader, ByteWriter } from "../../../runtime/boards/bytes.ts";
import { decodeValue } from "../../../runtime/boards/decode-value.ts";
import { encodeValue } from "../../../runtime/boards/encode-value.ts";
import { FrameError } from "../../../runtime/boards/frame-error.ts";
import { pack, unpack } from "../../../runtime/process/pack.ts";
import { createPid, exportPid, pidId } from "../../../runtime/process/pid.ts";
import { spec } from "../../harness/spec.ts";

const home = { board: "greenhouse", cell: "climate", incarnation: 1 };

/** As it arrives at another board. */
function sent(message: unknown): unknown {
  const { packed } = pack(message);
  const writer = new ByteWriter();
  encodeValue(writer, packed);
  const reader = new ByteReader(writer.take());
  const arrived = unpack(decodeValue(reader, packed.pids));
  reader.end();
  return arrived;
}

const messages = fc.letrec((again) => ({
  leaf: fc.oneof(
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined, -0, NaN, Infinity, "\uD800", "ä\uDC00", "😀"),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    fc.int16Array().map(({ buffer }) => new DataView(buffer)),
    fc.uint8Array().map((bytes) => bytes.slice().buffer),
    fc.constantFrom(/a+b/giu, /(?:)/),
  ),
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    again("leaf"),
    fc.array(again("node"), { maxLength: 6 }),
    fc.sparseArray(again("node"), { maxNumElements: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), again("node"), { maxKeys: 6 }),
    fc.array(fc.tuple(again("node"), again("node")), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(again("node"), { maxLength: 4 }).map((items) => new Set(items)),
    fc.tuple(fc.string(), again("node")).map(([text, cause]) => new RangeError(text, { cause })),
  ),
}));

spec("a message arrives at another board as at another cell", () => {
  fc.assert(
    fc.property(messages.node, (message) => {
      const here = unpack(structuredClone(pack(message).packed));
      assert.ok(isDeepStrictEqual(sent(message), here));
    }),
    { numRuns: 500 },
  );
});

spec("what is met twice is one object there, and a cycle stays one", () => {
  const shared = { level: 1 };
  const message: Record<string, unknown> = { first: shared, second: [shared], bytes: new Uint8Array(2) };
  message.self = message;
  message.again = message.bytes;
  const arrived = sent(message) as {
    first: object;
    second: object[];
    self: object;
    bytes: object;
    again: object;
  };
  assert.is(arrived.second[0], arrived.first);
  assert.is(arrived.self, arrived);
  assert.is(arrived.again, arrived.bytes);
});

spec("pids arrive as pids, errors with names and causes of their own", () => {
  const pid = createPid(home, 7, undefined);
  const error = Object.assign(new TypeError("no", { cause: pid }), { name: "LineError" });
  const arrived = sent({ pid, pids: new Set([pid]), error }) as {
    pid: typeof pid;
    pids: Set<object>;
    error: Error;
  };
  assert.is(pidId(arrived.pid), pidId(pid));
  assert.equal(exportPid(arrived.pid), exportPid(pid));
  assert.ok(arrived.pids.has(arrived.pid), "one object for one pid");
  assert.is(arrived.error.name, "LineError");
  assert.is(arrived.error.cause, arrived.pid);
});

spec("shared memory is refused, and so is what is larger than a frame may be", () => {
  const encode = (message: unknown, most: number) => encodeValue(new ByteWriter(most), pack(message).packed);
  assert.throws(() => encode({ memory: new SharedArrayBuffer(8) }, 100), /shared memory/);
  assert.throws(
    () => encode(new Uint8Array(1000), 100),
    (error: Error) => error instanceof FrameError,
  );
  const body: unknown[] = [];
  body.length = 4_000_000_000;
  assert.throws(
    () => encodeValue(new ByteWriter(1000), { body, placeholders: [], pids: [] }),
    /more than 1000 bytes/,
  );
});

spec("bytes that nobody encoded are refused as such, and by nothing else", () => {
  const refused = (bytes: Uint8Array) => {
    try {
      decodeValue(new ByteReader(bytes), [exportPid(createPid(home, 7, undefined))]);
    } catch (error) {
      assert.ok(error instanceof FrameError, String(error));
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), refused), { numRuns: 3000 });
  // What is nearly right goes deeper.
  const damaged = fc.tuple(messages.node, fc.nat(), fc.nat(255)).map(([message, at, byte]) => {
    const writer = new ByteWriter();
    encodeValue(writer, pack(message).packed);
    const bytes = writer.take();
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  fc.assert(fc.property(damaged, refused), { numRuns: 2000 });
});

spec("a few bytes that claim to be many cost no memory", () => {
  const claims =
    (...bytes: number[]) =>
    () =>
      decodeValue(new ByteReader(Uint8Array.from(bytes)), []);
  const gigabytes = [0x80, 0x80, 0x80, 0x80, 0x10];
  for (const tag of [9, 11, 12, 13]) assert.throws(claims(tag, ...gigabytes), /parts in/);
  for (const rest of [[8], [17], [16, 2]]) assert.throws(claims(...rest, ...gigabytes), /ends too early/);
  assert.throws(claims(4, ...Array(9).fill(0xff)), /count that is too large/);
  const deep = Array(2000).fill([9, 1]).flat() as number[];
  assert.throws(claims(...deep, 0), /levels deep/);
});
