import { MessageChannel } from "node:worker_threads";
import * as assert from "uvu/assert";
import type { PortFrame } from "../../../runtime/cell/control-frame.ts";
import { PortPeer } from "../../../runtime/cell/port-peer.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const to = { incarnation: 1, number: 1, key: "0" };
const from = { board: "bench", cell: "a", incarnation: 1, number: 1, key: "0" };

function message(n: number, bytes = 8): Frame {
  const packed = { body: n, placeholders: [], pids: [] };
  return { kind: "message", to, packed, deadlineUs: Number.POSITIVE_INFINITY, band: 2, bytes };
}

const signal: Frame = { kind: "exit", to, from, reason: "shutdown" };

/** Two cells' ends of one way, in one thread. */
function ends(t: SpecContext) {
  const { port1, port2 } = new MessageChannel();
  const credit = new SharedArrayBuffer(16);
  const [bellA, bellB] = [new SharedArrayBuffer(4), new SharedArrayBuffer(4)];
  const a = new PortPeer({
    cell: "b",
    incarnation: 1,
    port: port1,
    bell: bellB,
    credit,
    side: 0,
    foreign: false,
  });
  const b = new PortPeer({
    cell: "a",
    incarnation: 1,
    port: port2,
    bell: bellA,
    credit,
    side: 1,
    foreign: false,
  });
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
