import fc from "fast-check";
import * as assert from "uvu/assert";
import { openWay } from "../../../runtime/cell/cell-way.ts";
import type { PortFrame } from "../../../runtime/cell/control-frame.ts";
import { PortPeer } from "../../../runtime/cell/port-peer.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { propertyRuns } from "../../harness/property-runs.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

const to = { incarnation: 1, number: 1, key: "0" };
const from = { board: "bench", cell: "a", incarnation: 1, number: 1, key: "0" };

function message(n: number, bytes = 8): Frame {
  const packed = { body: n, placeholders: [], pids: [] };
  return { kind: "message", to, packed, deadlineUs: Number.POSITIVE_INFINITY, band: 2, bytes };
}

const signal: Frame = { kind: "exit", to, from, reason: "shutdown" };

/** Two cells' ends of one way, in one thread. */
function ends(t: SpecContext, foreign = false) {
  const [bellA, bellB] = [new SharedArrayBuffer(4), new SharedArrayBuffer(4)];
  const life = { incarnation: 1, foreign };
  const [toA, toB] = openWay({ cell: "a", bell: bellA, ...life }, { cell: "b", bell: bellB, ...life });
  const [a, b] = [new PortPeer(toB), new PortPeer(toA)];
  t.defer(() => a.close());
  return { a, b, bellB: new Int32Array(bellB) };
}

function taken(peer: PortPeer, limit?: number): unknown[] {
  const frames: PortFrame[] = [];
  peer.drain((frame) => frames.push(frame), limit);
  return frames.map((frame) => ("kind" in frame && frame.kind === "message" ? frame.packed.body : "signal"));
}

spec("frames arrive in order, messages and signals in one stream", (t) => {
  const { a, b } = ends(t);
  a.post(message(1));
  a.post(signal);
  a.post(message(2));
  assert.equal(taken(b), [1, "signal", 2]);
  assert.equal(taken(b), []);
});

spec("2000 messages may be under way; the next is refused, a signal is not", (t) => {
  const { a, b } = ends(t);
  for (let n = 0; n < 2000; n++) assert.ok(a.post(message(n)));
  assert.not(a.post(message(2000)));
  assert.ok(a.post(signal));
  assert.ok(a.post({ control: "ready" }));
  assert.equal(taken(b, 5), [0, 1, 2, 3, 4]);
  for (let n = 0; n < 5; n++) assert.ok(a.post(message(n)));
  assert.not(a.post(message(5)));
  assert.is(taken(b).length, 2000 + 2);
});

spec("4 MiB may be under way, however few messages they are", (t) => {
  const { a, b } = ends(t);
  assert.ok(a.post(message(1, 3 << 20)));
  assert.not(a.post(message(2, 2 << 20)));
  assert.ok(a.post(message(3, 1 << 20)));
  assert.not(a.post(message(4, 1)));
  assert.equal(taken(b), [1, 3]);
  assert.ok(a.post(message(5, 4 << 20)));
});

spec("the two directions have each their own credit", (t) => {
  const { a, b } = ends(t);
  for (let n = 0; n < 2000; n++) a.post(message(n));
  assert.not(a.post(message(0)));
  assert.ok(b.post(message(7)));
  assert.equal(taken(a), [7]);
  assert.not(a.post(message(0)), "what came the other way gives none back");
});

spec("each frame rings the other side's bell, a refused one does not", (t) => {
  const { a, bellB } = ends(t);
  a.post(message(1));
  a.post(signal);
  assert.is(Atomics.load(bellB, 0), 2);
  a.post(message(2, 5 << 20));
  assert.is(Atomics.load(bellB, 0), 2);
});

spec(
  "what is held goes together and rings once; whoever takes sees each frame, and gives its credit back",
  (t) => {
    const { a, b, bellB } = ends(t);
    a.flush();
    for (let n = 0; n < 1999; n++) assert.ok(a.hold(message(n)));
    assert.ok(a.hold(signal));
    assert.ok(a.hold(message(1999)));
    assert.not(a.hold(message(2000)), "as many as may be under way");
    assert.equal([taken(b), Atomics.load(bellB, 0)], [[], 0]);
    a.flush();
    a.flush();
    assert.is(Atomics.load(bellB, 0), 1);
    assert.is(a.underWay().messages, 2000);
    assert.is(taken(b, 5).length, 2001, "those that go together are taken together");
    assert.is(a.underWay().messages, 0);
  },
);

spec("what is held leaves before what is posted after it", (t) => {
  const { a, b } = ends(t);
  a.hold(message(1));
  a.post(message(2));
  a.hold(message(3));
  a.hold(signal);
  a.post({ control: "ready" });
  a.flush();
  assert.equal(taken(b), [1, 2, 3, "signal", "signal"]);
});

spec("a cell with an event loop hears each of those that went together", async (t) => {
  const { a, b } = ends(t);
  const heard: unknown[] = [];
  const all = new Promise<void>((done) =>
    b.listen((frame) => {
      if ("kind" in frame && frame.kind === "message") heard.push(frame.packed.body);
      if (heard.length === 3) done();
    }),
  );
  for (const n of [1, 2, 3]) a.hold(message(n));
  a.flush();
  await all;
  assert.equal([heard, a.underWay().messages], [[1, 2, 3], 0]);
});

/** What may happen at one end: numbers of bytes that a message has, `signal`, `flush`, or how many are taken (below 0). */
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ bytes: fc.integer({ min: 0, max: 200 }), holds: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ bytes: fc.constant(5000), holds: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant("signal" as const) },
    { weight: 2, arbitrary: fc.constant("flush" as const) },
    { weight: 4, arbitrary: fc.integer({ min: -200, max: -1 }) },
  ),
  { maxLength: 800 },
);

spec(
  "large and small, held or not: all come in the order in which they were said, and give all credit back",
  (t) => {
    const { a, b } = ends(t);
    let n = 0;
    fc.assert(
      fc.property(steps, (said) => {
        const [expected, heard]: [unknown[], unknown[]] = [[], []];
        for (const step of said) {
          if (step === "flush") a.flush();
          else if (step === "signal") a.post(signal);
          else if (typeof step === "number") heard.push(...taken(b, -step));
          else {
            const frame = long(n, step.bytes);
            assert.ok(step.holds ? a.hold(frame) : a.post(frame));
          }
          if (typeof step === "object") expected.push(n++);
          if (step === "signal") expected.push("signal");
        }
        a.flush();
        heard.push(...taken(b));
        assert.equal(heard.map(first), expected);
        assert.equal(a.underWay(), { messages: 0, bytes: 0 });
      }),
      propertyRuns(100),
    );
    assert.ok(a.link.ringOut !== undefined && b.link.ringIn !== undefined, "through a ring, too");
  },
);

spec("who takes an end over goes on where it was, in order, with what lies in port and ring", (t) => {
  const { a, b } = ends(t);
  openRing(a, b);
  const [ringOut] = [a.link.ringOut];
  assert.ok(ringOut !== undefined);
  for (let n = 0; n < 5; n++) a.post(message(n));
  a.post(signal);
  a.post(message(5));
  const [nextA, nextB] = [new PortPeer(a.link), new PortPeer(b.link)];
  nextA.post(message(6));
  assert.equal(taken(nextB), [0, 1, 2, 3, 4, "signal", 5, 6]);
  nextA.post(message(7));
  nextB.post(message(8));
  assert.equal([taken(nextB), taken(nextA)], [[7], [8]]);
  assert.is(nextA.link.ringOut, ringOut);
});

spec(
  "a cell with an event loop hears what comes through a ring, in order with what comes through the port",
  async (t) => {
    const { a, b } = ends(t);
    const heard: unknown[] = [];
    b.listen((frame) =>
      heard.push("kind" in frame && frame.kind === "message" ? frame.packed.body : "signal"),
    );
    const expected: unknown[] = [];
    for (let round = 0; round < 60; round++) {
      for (let n = 0; n < round; n++) {
        a.post(message(expected.length));
        expected.push(expected.length);
      }
      if (round % 7 === 0) {
        a.post(signal);
        expected.push("signal");
      }
      await until("all of a round", () => heard.length === expected.length, 20_000);
    }
    assert.equal(heard, expected);
    assert.ok(b.link.ringIn !== undefined);
  },
);

spec(
  "a cell with an event loop is woken for a ring that it heard of otherwise than by an event",
  async (t) => {
    const { a, b } = ends(t);
    const heard: unknown[] = [];
    const onFrame = (frame: PortFrame) => void heard.push("kind" in frame && frame.kind);
    b.listen(onFrame);
    while (b.link.ringIn === undefined) {
      a.post(message(0));
      b.drain(onFrame);
    }
    const before = heard.length;
    for (let turns = 0; turns < 5; turns++) await new Promise((done) => setImmediate(done));
    a.post(message(1));
    await until("it is woken", () => heard.length === before + 1, 20_000);
  },
);

spec("a cell with an event loop misses nothing, whoever takes what comes", async (t) => {
  const { a, b } = ends(t);
  const heard: unknown[] = [];
  const onFrame = (frame: PortFrame) =>
    void heard.push("kind" in frame && frame.kind === "message" ? frame.packed.body : "signal");
  b.listen(onFrame);
  const expected: unknown[] = [];
  for (let round = 0; round < 300; round++) {
    for (let n = round % 5; n > 0; n--) {
      a.post(message(expected.length));
      expected.push(expected.length);
      if ((round + n) % 3 > 0) continue;
      a.post(signal);
      expected.push("signal");
    }
    if (round % 4 === 0) b.drain(onFrame, 2);
    if (round % 7 === 0) await until("all of a round", () => heard.length === expected.length, 20_000);
  }
  await until("all of them", () => heard.length === expected.length, 20_000);
  assert.equal(heard, expected);
});

spec("between processes there is no ring", (t) => {
  const { a, b } = ends(t, true);
  for (let n = 0; n < 50; n++) a.post(message(n));
  assert.is(taken(b).length, 50);
  for (let n = 0; n < 50; n++) a.post(message(n));
  assert.is(taken(b).length, 50);
  assert.is(a.link.ringOut, undefined);
});

/** Small messages until `from` has a ring. */
function openRing(from: PortPeer, to: PortPeer): void {
  while (from.link.ringOut === undefined) {
    from.post(message(0));
    taken(to);
  }
}

/** `bytes`: of text beside the number. */
function long(n: number, bytes: number): Frame {
  const packed = { body: [n, "x".repeat(bytes)], placeholders: [], pids: [] };
  return { kind: "message", to, packed, deadlineUs: Number.POSITIVE_INFINITY, band: 2, bytes: 8 + bytes };
}

function first(body: unknown): unknown {
  return Array.isArray(body) ? body[0] : body;
}
