import fc from "fast-check";
import * as assert from "uvu/assert";
import { InStream } from "../../../runtime/boards/in-stream.ts";
import { OutStream } from "../../../runtime/boards/out-stream.ts";
import { spec } from "../../harness/spec.ts";

const MS = 1000;
const LIMITS = { packets: 64, bytes: 100_000 };

/** Both ends, and what happens to each packet on its way: delivered after so many ms, any number of times. */
function pair(
  fate: (packet: number) => readonly number[],
  confirmFate: (word: number) => readonly number[],
  packetBytes = 8,
) {
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
    packetBytes,
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
    /** In a packet of its own. */
    send: (text: string, isSignal = false) => {
      const isTaken = outgoing.push(Buffer.from(text), nowUs, isSignal);
      outgoing.flush();
      return isTaken;
    },
    /** With all that is said until it is flushed. */
    say: (text: string, isSignal = false) => outgoing.push(Buffer.from(text), nowUs, isSignal),
    /** The other side sends something of its own, which says in passing how far it is. */
    inPassing: () => {
      const has = incoming.said();
      later(confirmFate(words++), () => outgoing.has(has, nowUs));
    },
    packets: () => packets,
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

spec("what is said in one turn goes as one packet, as far as it fits", () => {
  const net = pair(always, always, 16);
  for (const text of ["one", "two", "", "four", "five", "x".repeat(16), "x".repeat(40), "end"]) net.say(text);
  // 3 + 3 + 0 + 4 bytes, each with its length, are 14; "five" begins the next, sixteen bytes need one of their own.
  assert.is(net.packets(), 6, "one, two, four; five; sixteen; forty in three");
  net.outgoing.flush();
  net.outgoing.flush();
  assert.is(net.packets(), 7, "nothing is sent when nothing waits");
  net.settle();
  assert.equal(net.came, ["one", "two", "", "four", "five", "x".repeat(16), "x".repeat(40), "end"]);
  assert.equal([net.outgoing.underWay, net.outgoing.resent, net.packets()], [0, 0, 7]);
});

spec("what nobody flushes is sent when time is looked at next", () => {
  const net = pair(always, always, 64);
  net.say("one");
  net.say("two");
  assert.is(net.outgoing.nextUs, 0, "due at once");
  assert.is(net.packets(), 0);
  net.settle();
  assert.equal([net.came, net.packets()], [["one", "two"], 1]);
});

spec("of a packet that is given up each message is named at its sender", () => {
  let isCut = true;
  const net = pair(() => (isCut ? [] : [1]), always, 64);
  for (const text of ["1.a", "2.b", "3.c"]) net.say(text);
  net.outgoing.flush();
  isCut = false;
  net.send("4.");
  isCut = true;
  net.settle(600);
  assert.equal([net.came, net.lostAtSender, net.gaps()], [["4."], ["1", "2", "3"], 1]);
});

spec("a signal among other words, lost, is the end: nothing behind it is heard", () => {
  let isCut = true;
  const net = pair(() => (isCut ? [] : [1]), always, 64);
  net.say("1.");
  net.say("2.", true);
  net.say("3.");
  net.outgoing.flush();
  isCut = false;
  net.send("4.");
  isCut = true;
  net.settle(600);
  assert.equal([net.came, net.signalsLost()], [[], 1]);
});

spec("the other side says in passing how far it is, unless something is lost", () => {
  const net = pair(always, () => [], 64);
  net.send("1.");
  net.wait(1);
  net.settle(5);
  assert.is(net.incoming.said(), 2);
  net.outgoing.has(net.incoming.said(), 0);
  assert.is(net.outgoing.underWay, 0);
  assert.is(net.incoming.nextUs, Infinity, "no word of its own is needed any more");
  let isCut = true;
  const gap = pair(
    () => (isCut ? [] : [1]),
    () => [],
    64,
  );
  gap.send("1.");
  isCut = false;
  gap.send("2.");
  isCut = true;
  gap.settle(600);
  assert.equal([gap.came, gap.incoming.said()], [["2."], 0]);
});

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
  const lengths = fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 40 });
  const turn = fc.record({
    isOver: fc.boolean(),
    isAnswered: fc.boolean(),
    isSignal: fc.integer({ min: 0, max: 15 }).map((of) => of === 0),
  });
  const turns = fc.array(turn, { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fates, fates, lengths, turns, fc.nat(30), (packetFates, wordFates, sizes, ends, pauseMs) => {
      const net = pair(
        (packet) => packetFates[packet % packetFates.length]!,
        (word) => wordFates[word % wordFates.length]!,
        64,
      );
      const sent: string[] = [];
      const signals: string[] = [];
      for (const [index, size] of sizes.entries()) {
        const text = `${index}.${"x".repeat(size)}`;
        const turn = ends[index % ends.length]!;
        if (net.say(text, turn.isSignal)) sent.push(text);
        if (turn.isSignal && sent.at(-1) === text) signals.push(text);
        if (!turn.isOver) continue;
        net.outgoing.flush();
        if (turn.isAnswered) net.inPassing();
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
      const silent = signals.find((text) => !net.came.includes(text));
      if (silent !== undefined) {
        // It is lost, or still under way: nobody hears what was said after it.
        assert.ok(
          positions.every((position) => position < sent.indexOf(silent)),
          `behind ${silent}`,
        );
        return;
      }
      if (net.outgoing.underWay > 0) return; // Not a word came back: it is for the link to see that.
      const named = new Set(net.lostAtSender);
      const absent = sent.filter((text) => !net.came.includes(text)).map((text) => text.split(".")[0]!);
      for (const one of absent) assert.ok(named.has(one), `${one} is lost and was not named`);
      assert.is(named.size > 0, net.gaps() > 0);
    }),
    { numRuns: 400 },
  );
});
