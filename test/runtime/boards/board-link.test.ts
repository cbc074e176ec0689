import fc from "fast-check";
import * as assert from "uvu/assert";
import { ByteWriter } from "../../../runtime/boards/bytes.ts";
import { FrameError } from "../../../runtime/boards/frame-error.ts";
import { decodePacket, encodePacket } from "../../../runtime/boards/packet.ts";
import { Sealer } from "../../../runtime/boards/sealer.ts";
import { pairKey } from "../../../runtime/boards/session-keys.ts";
import { spec } from "../../harness/spec.ts";
import { TwoBoards } from "./two-boards.ts";

spec("two boards that hear of each other are linked, and what they say arrives in order", () => {
  const net = new TwoBoards();
  assert.not(net.send("greenhouse", "too early"));
  net.meet();
  assert.equal([net.greenhouse.told, net.pumphouse.told], [["up 1"], ["up 1"]]);
  for (const text of ["one", "two", "x".repeat(200_000)]) assert.ok(net.send("greenhouse", text));
  assert.ok(net.send("pumphouse", "answer"));
  net.pass(100);
  assert.equal(
    net.pumphouse.heard.map(({ length }) => length),
    [3, 3, 200_000],
  );
  assert.equal(net.greenhouse.heard, ["answer"]);
  net.pass(60_000);
  assert.equal([net.greenhouse.told, net.pumphouse.told], [["up 1"], ["up 1"]], "beats keep it");
});

spec("only one of them has heard of the other: the link comes up all the same", () => {
  for (const first of ["greenhouse", "pumphouse"]) {
    const net = new TwoBoards();
    net.ends.get(first)!.link.present(1, net.nowUs);
    net.pass(10);
    assert.equal([net.greenhouse.told, net.pumphouse.told], [["up 1"], ["up 1"]], first);
  }
});

spec(
  "with half a second each way and a third of the packets lost they are linked, and nothing is lost",
  () => {
    const net = new TwoBoards();
    let packets = 0;
    net.fate = () => (packets++ % 3 === 2 ? [] : [500]);
    net.meet();
    net.pass(8000);
    assert.equal(net.greenhouse.told.at(-1), "up 1");
    const texts = Array.from({ length: 100 }, (_, index) => `message ${index}`);
    for (const text of texts) {
      net.send("greenhouse", text);
      net.pass(20);
    }
    net.pass(30_000);
    assert.equal(net.pumphouse.heard, texts);
    assert.is(net.pumphouse.gaps, 0);
  },
);

spec("silence of seven seconds is the end on both sides, and they meet again when the network heals", () => {
  const net = new TwoBoards();
  net.meet();
  net.fate = () => [];
  net.pass(6900);
  assert.equal(net.greenhouse.told, ["up 1"]);
  net.pass(2100);
  assert.equal([net.greenhouse.told, net.pumphouse.told], Array(2).fill(["up 1", "down silent"]));
  net.fate = () => [1];
  net.pass(4100);
  assert.equal([net.greenhouse.told, net.pumphouse.told], Array(2).fill(["up 1", "down silent", "up 1"]));
});

spec("a cut in one direction ends the link on both sides", () => {
  const net = new TwoBoards();
  net.meet();
  net.fate = (from) => (from === "greenhouse" ? [] : [1]);
  net.pass(9000);
  assert.is(net.pumphouse.told.at(-1), "down silent");
  net.pass(8000);
  assert.is(net.greenhouse.told.at(-1), "down silent");
});

spec("a network that holds all words back for longer than silence may last is as good as cut", () => {
  const net = new TwoBoards();
  net.meet();
  let delayMs = 1;
  net.fate = () => [delayMs];
  // Slowly, so that the beats never pause.
  for (; delayMs < 12_000; delayMs += 100) net.pass(200);
  assert.equal([net.greenhouse.told[1], net.pumphouse.told[1]], Array(2).fill("down silent"));
});

spec("a board that stood still ends the link before it hears what was said meanwhile", () => {
  const net = new TwoBoards();
  net.meet();
  net.fate = () => [];
  net.send("greenhouse", "an old order");
  const { bytes } = net.published.at(-1)!;
  // Nobody comes to look at the time before the packet is there.
  net.pumphouse.link.packet(bytes, net.nowUs + 8_000_000);
  assert.equal([net.pumphouse.told.at(-1), net.pumphouse.heard], ["down silent", []]);
});

spec("a last will ends it when the other board does not answer at once", () => {
  const net = new TwoBoards();
  net.meet();
  net.fate = (from) => (from === "pumphouse" ? [] : [1]);
  net.greenhouse.link.absent(net.nowUs);
  net.pass(399);
  assert.equal(net.greenhouse.told, ["up 1"]);
  net.pass(1);
  assert.equal(net.greenhouse.told, ["up 1", "down offline"]);
});

spec("statuses that somebody else publishes end nothing: whoever lives answers", () => {
  const net = new TwoBoards();
  net.meet();
  for (let second = 0; second < 20; second++) {
    net.greenhouse.link.absent(net.nowUs);
    net.pumphouse.link.present(99, net.nowUs);
    net.pass(1000);
  }
  assert.ok(net.send("greenhouse", "still here"));
  net.pass(100);
  assert.equal([net.greenhouse.told, net.pumphouse.told], [["up 1"], ["up 1"]]);
  assert.equal(net.pumphouse.heard, ["still here"]);
});

spec("a knock of a former life that is played again begins nothing", () => {
  const net = new TwoBoards();
  net.pumphouse.link.present(1, net.nowUs);
  net.pass(10);
  const knock = net.published.find(({ from }) => from === "pumphouse")!;
  net.boot("pumphouse", "greenhouse", { incarnation: 2 });
  net.greenhouse.link.present(2, net.nowUs);
  net.pass(3000);
  assert.equal(net.greenhouse.told, ["up 1", "down newIncarnation", "up 2"]);
  net.inject("pumphouse", knock.bytes);
  net.pass(100);
  assert.is(net.greenhouse.told.length, 3);
});

spec("a board that began anew is another life: the old link ends first", () => {
  const net = new TwoBoards();
  net.meet();
  net.boot("pumphouse", "greenhouse", { incarnation: 2 });
  net.greenhouse.link.present(2, net.nowUs);
  net.pass(500);
  assert.equal(net.greenhouse.told, ["up 1", "down newIncarnation", "up 2"]);
  net.greenhouse.link.present(1, net.nowUs);
  net.pass(100);
  assert.is(net.greenhouse.told.length, 3, "what was said before that life has no effect");
});

spec("a goodbye ends it in order", () => {
  const net = new TwoBoards();
  net.meet();
  net.send("greenhouse", "last words");
  net.greenhouse.link.close();
  net.pass(10);
  assert.equal(net.pumphouse.heard, ["last words"]);
  assert.equal([net.greenhouse.told[1], net.pumphouse.told[1]], ["down closed", "down offline"]);
});

spec("who does not know the secret is not linked, and every packet of it is counted", () => {
  const net = new TwoBoards();
  net.boot("pumphouse", "greenhouse", { secret: "another" });
  net.meet();
  net.pass(10_000);
  assert.equal([net.greenhouse.told, net.pumphouse.told], [[], []]);
  assert.ok(net.greenhouse.link.refusals.forged > 0 && net.pumphouse.link.refusals.forged > 0);
});

spec("a second board with the same name and another uid is refused, by name and once", () => {
  const net = new TwoBoards();
  net.meet();
  net.boot("pumphouse", "greenhouse", { uid: "another machine", incarnation: 9 });
  net.pumphouse.link.present(1, net.nowUs);
  net.pass(5000);
  assert.equal(
    net.greenhouse.told.filter((text) => text.startsWith("stranger")),
    ["stranger pumphouse"],
  );
  assert.equal(net.pumphouse.told, []);
});

spec("packets that are played again, of this session or another, do nothing and keep no link alive", () => {
  const net = new TwoBoards();
  net.meet();
  net.send("greenhouse", "once");
  net.pass(5000);
  const recorded = net.published.splice(0);
  for (const { from, bytes } of recorded) net.inject(from, bytes);
  net.pass(10);
  assert.equal(net.pumphouse.heard, ["once"]);
  assert.equal([net.greenhouse.told, net.pumphouse.told], [["up 1"], ["up 1"]], "an old hello ends nothing");
  net.fate = () => [];
  for (let second = 0; second < 9; second++) {
    for (const { from, bytes } of recorded) net.inject(from, bytes);
    net.pass(1000);
  }
  assert.is(net.pumphouse.told[1], "down silent", "old beats say nothing");
});

spec("what is said in one turn is one packet with one seal, and so is the answer", () => {
  const net = new TwoBoards();
  net.meet();
  const before = net.published.length;
  for (let index = 0; index < 100; index++) net.send("greenhouse", `message ${index}`);
  assert.is(net.published.length, before, "nothing is sent before the turn ends");
  net.greenhouse.link.flush();
  assert.is(net.published.length, before + 1);
  net.pass(3);
  net.send("pumphouse", "answer");
  net.pass(3);
  assert.is(net.pumphouse.heard.length, 100);
  assert.equal(net.greenhouse.heard, ["answer"]);
  assert.is(net.greenhouse.link.session!.stats().underWay, 0, "the answer says that they came");
  assert.is(net.published.length, before + 2);
});

spec("a board of another version of the packets is not linked, and that is told once", () => {
  const net = new TwoBoards();
  const key = pairKey(Buffer.from("secret"), "greenhouse", "pumphouse");
  const from = { board: "pumphouse", uid: new Uint8Array(16), incarnation: 1 };
  const older = (version: number) =>
    new Sealer(key).seal(new ByteWriter().u8(version).raw(encodePacket({ type: "knock", from }).subarray(1)));
  for (const version of [1, 1, 200]) net.inject("pumphouse", older(version));
  assert.equal(net.greenhouse.told, ["version 1", "version 200"]);
  assert.is(net.greenhouse.link.refusals.version, 3);
  const forged = older(1).slice();
  forged[forged.length - 1]! ^= 1;
  net.inject("pumphouse", forged);
  assert.equal([net.greenhouse.link.refusals.version, net.greenhouse.link.refusals.malformed], [3, 1]);
  assert.is(net.published.length, 0, "nobody is answered");
});

spec("a packet that was changed on the way is as good as lost", () => {
  const net = new TwoBoards();
  net.meet();
  let changed = false;
  net.fate = (from, bytes) => {
    if (from === "greenhouse" && !changed && bytes.length > 40) {
      changed = true;
      const damaged = bytes.slice();
      damaged[20]! ^= 1;
      net.inject(from, damaged);
      return [];
    }
    return [1];
  };
  net.send("greenhouse", "fifteen dollars for the pump");
  net.pass(2000);
  assert.equal(net.pumphouse.heard, ["fifteen dollars for the pump"]);
  assert.is(net.pumphouse.link.refusals.forged, 1);
});

spec("the time there and back, and how far the other clock is ahead, are known after two beats", () => {
  const net = new TwoBoards();
  net.fate = () => [20];
  net.meet();
  net.pass(5000);
  const { session } = net.greenhouse.link;
  assert.is(Math.round(session!.roundTripUs! / 1000), 40);
  assert.is(Math.round(session!.clock!.aheadMs), 0);
});

spec("whatever bytes come, a link throws nothing and stays as it is", () => {
  const net = new TwoBoards();
  net.meet();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      net.inject("greenhouse", bytes);
      net.inject("pumphouse", bytes);
    }),
    { numRuns: 2000 },
  );
  const { bytes } = net.published.at(-1)!;
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), (at, byte) => {
      const damaged = bytes.slice();
      damaged[at % damaged.length] = byte;
      net.inject(net.published.at(-1)!.from, damaged);
    }),
    { numRuns: 500 },
  );
  assert.equal([net.greenhouse.told, net.pumphouse.told], [["up 1"], ["up 1"]]);
});

spec("packets are read as they were written, and damaged ones are refused by one error", () => {
  const life = { board: "greenhouse", uid: new Uint8Array(16).fill(7), incarnation: 3 };
  const nonce = new Uint8Array(16).fill(9);
  const heard = { sentUs: 2, agoUs: 3 };
  const packets = [
    { type: "knock", from: life },
    { type: "hello", from: life, nonce },
    { type: "welcome", from: life, nonces: [nonce, nonce] },
    {
      type: "data",
      session: 2 ** 47,
      number: 300,
      parts: 3,
      ageUs: 70_000,
      signalBefore: 7,
      has: 5,
      payload: Uint8Array.of(1, 2),
    },
    { type: "confirm", session: 1, next: 5, missing: [1, 2], lost: [[3, 4]] },
    { type: "beat", session: 1, count: 4, sentUs: 1.5, heard, wallMs: 1e12, asks: true, keptFrom: 7 },
    { type: "bye", session: 1 },
  ] as const;
  for (const packet of packets) {
    const bytes = encodePacket(packet);
    assert.equal(decodePacket(bytes), packet);
    for (let length = 0; length < bytes.length; length++) {
      try {
        decodePacket(bytes.subarray(0, length));
        assert.is(packet.type, "data", "only a payload may be shorter");
      } catch (error) {
        assert.ok(error instanceof FrameError, String(error));
      }
    }
  }
});
