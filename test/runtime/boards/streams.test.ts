import fc from "fast-check";
import * as assert from "uvu/assert";
import { InStream } from "../../../runtime/boards/in-stream.ts";
import { OutStream } from "../../../runtime/boards/out-stream.ts";
import { spec } from "../../harness/spec.ts";

const MS = 1000;
const LIMITS = { packets: 64, bytes: 100_000 };

/** Both ends, and what happens to each packet on its way: delivered after so many ms, any number of times. */
function pair(fate: (packet: number) => readonly number[], confirmFate: (word: number) => readonly number[]) {
  let nowUs = 0;
  const arrivals: { atUs: number; arrive: () => void }[] = [];
  const came: string[] = [];
  const lostAtSender: string[] = [];
  let packets = 0;
  let words = 0;
  let gaps = 0;
  let signalsLost = 0;
  const later = (delaysMs: readonly number[], arrive: () => void) => {
    for (const ms of delaysMs) arrivals.push({ atUs: nowUs + ms * MS, arrive });
  };
  const outgoing = new OutStream({
    packetBytes: 8,
    most: LIMITS,
    resendUs: 200 * MS,
    send: (packet) => later(fate(packets++), () => incoming.packet(packet, nowUs)),
    lost: (start) => void lostAtSender.push(Buffer.from(start).toString().split(".")[0]!),
  });
  const incoming = new InStream({
    most: { packets: 16, bytes: 1000 },
    messageBytes: 200,
    reorderUs: 20 * MS,
    giveUpUs: 500 * MS,
    confirm: { packets: 4, us: 10 * MS },
    message: (bytes) => void came.push(Buffer.from(bytes).toString()),
    lost: (count) => {
      gaps += count;
    },
    signalLost: () => void signalsLost++,
    tell: (next, missing, lost) =>
      later(confirmFate(words++), () => outgoing.confirmed(next, missing, lost, nowUs)),
  });
  /** Lets time pass until nothing more is to come. */
  const settle = (limitMs = 60_000) => {
    for (const endUs = nowUs + limitMs * MS; nowUs < endUs; ) {
      arrivals.sort((a, b) => a.atUs - b.atUs);
      const nextUs = Math.min(arrivals[0]?.atUs ?? Infinity, outgoing.nextUs, incoming.nextUs);
      if (nextUs === Infinity) return;
      nowUs = Math.max(nowUs, nextUs);
      if ((arrivals[0]?.atUs ?? Infinity) <= nowUs) arrivals.shift()!.arrive();
      outgoing.expire(nowUs);
      incoming.expire(nowUs);
    }
  };
  return {
    send: (text: string, isSignal = false) => outgoing.push(Buffer.from(text), nowUs, isSignal),
    wait: (ms: number) => {
      nowUs += ms * MS;
    },
    settle,
    came,
    lostAtSender,
    outgoing,
    incoming,
    gaps: () => gaps,
    signalsLost: () => signalsLost,
  };
}

const always = () => [1];

spec("messages of any length arrive whole, in order, each once", () => {
  const { send, settle, came, outgoing } = pair(always, always);
  const texts = ["", "a", "exactly8", "nine char", "x".repeat(100)];
  for (const text of texts) assert.ok(send(text));
  settle();
  assert.equal(came, texts);
  assert.is(outgoing.underWay, 0);
  assert.is(outgoing.resent, 0);
});

spec("a packet that is lost is asked for and comes again, with nothing out of order", () => {
  const { send, settle, came, outgoing, gaps } = pair((packet) => (packet === 2 ? [] : [1]), always);
  for (const text of ["one", "two", "three", "four", "five"]) send(text);
  settle();
  assert.equal(came, ["one", "two", "three", "four", "five"]);
  assert.is(outgoing.resent, 1);
  assert.is(gaps(), 0);
});

spec("the last packet of all, lost, is sent again though nobody misses it", () => {
  const { send, settle, came } = pair((packet) => (packet === 1 ? [] : [1]), always);
  send("one");
  send("two");
  settle();
  assert.equal(came, ["one", "two"]);
});

spec("what never gets through is given up, named at its sender, and what comes after it arrives", () => {
  const refused = new Set<number>();
  const net = pair((packet) => (refused.has(packet) ? [] : [1]), always);
  net.send("1.");
  // Nobody takes the second and third message, however often they are sent.
  for (let packet = 1; packet < 100; packet++) refused.add(packet);
  net.send("2.two parts");
  net.send("3.");
  refused.clear();
  net.send("4.");
  for (let packet = 5; packet < 100; packet++) refused.add(packet);
  net.settle(600);
  assert.equal(net.came, ["1.", "4."]);
  assert.is(net.gaps(), 3);
  assert.equal(net.lostAtSender, ["2", "3"]);
});

spec("a signal that is lost ends the stream: what was said after it is not heard without it", () => {
  for (const [signal, lost, came, signalsLost] of [
    ["2.signal", 1, ["1."], 1],
    ["2.signal in two", 2, ["1."], 1],
    ["2.signal in two", 3, ["1.", "2.signal in two", "4."], 0],
  ] as const) {
    const packets = signal.length > 8 ? 5 : 4;
    const net = pair((packet) => (packet === lost || packet >= packets ? [] : [1]), always);
    net.send("1.");
    net.send(signal, true);
    net.send("3.");
    net.send("4.");
    net.settle(2000);
    assert.equal([net.came, net.signalsLost()], [came, signalsLost], `${signal}, ${lost}`);
  }
});

spec("too much under way is refused whole, and counted", () => {
  const { send, outgoing } = pair(() => [], always);
  for (let packet = 0; packet < LIMITS.packets - 1; packet++) assert.ok(send("x"));
  assert.not(send("two packets"), "half of it would fit");
  assert.ok(send("x"));
  assert.not(send("x"));
  assert.is(outgoing.refused, 2);
});

spec("a message longer than it may be is dropped and counted, those around it arrive", () => {
  const { send, settle, came, incoming } = pair(always, always);
  send("before");
  send("x".repeat(300));
  send("after");
  settle();
  assert.equal(came, ["before", "after"]);
  assert.is(incoming.tooLong, 1);
});

spec("whatever a network does: order, each once, whole; and no loss that is not named", () => {
  const delays = fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 3 });
  const fates = fc.array(delays, { minLength: 1, maxLength: 200 });
  const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fates, fates, lengths, fc.nat(30), (packetFates, wordFates, sizes, pauseMs) => {
      const net = pair(
        (packet) => packetFates[packet % packetFates.length]!,
        (word) => wordFates[word % wordFates.length]!,
      );
      const sent: string[] = [];
      for (const [index, size] of sizes.entries()) {
        const text = `${index}.${"x".repeat(size)}`;
        if (net.send(text)) sent.push(text);
        net.wait(pauseMs);
      }
      net.settle();
      const positions = net.came.map((text) => sent.indexOf(text));
      assert.not(positions.includes(-1), "nothing that was not sent");
      assert.equal(
        positions,
        [...new Set(positions)].sort((a, b) => a - b),
        "in order, each once",
      );
      if (net.outgoing.underWay > 0) return; // Not a word came back: it is for the link to see that.
      const named = new Set(net.lostAtSender);
      const absent = sent.filter((text) => !net.came.includes(text)).map((text) => text.split(".")[0]!);
      for (const one of absent) assert.ok(named.has(one), `${one} is lost and was not named`);
      assert.is(named.size > 0, net.gaps() > 0);
    }),
    { numRuns: 400 },
  );
});
