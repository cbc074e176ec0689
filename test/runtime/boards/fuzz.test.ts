import fc from "fast-check";
import * as assert from "uvu/assert";
import type { BoardLink } from "../../../runtime/boards/board-link.ts";
import { ByteReader, ByteWriter } from "../../../runtime/boards/bytes.ts";
import { decodeValue } from "../../../runtime/boards/decode-value.ts";
import { decodeFromBoard, encodeFrame, encodeNotice } from "../../../runtime/boards/frame-codec.ts";
import { FrameError } from "../../../runtime/boards/frame-error.ts";
import { PART } from "../../../runtime/boards/out-stream.ts";
import {
  decodePacket,
  encodePacket,
  type SessionPacket,
  writePacket,
} from "../../../runtime/boards/packet.ts";
import { Sealer } from "../../../runtime/boards/sealer.ts";
import { LINK_LIMITS, Session } from "../../../runtime/boards/session.ts";
import { pack } from "../../../runtime/process/pack.ts";
import { createPid, exportPid } from "../../../runtime/process/pid.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { LinkedCells } from "./linked-cells.ts";

const HERE = { board: "greenhouse", life: 1, nowUs: 1_000_000 };
const PID = exportPid(createPid({ board: "pumphouse", cell: "pump", incarnation: 1, life: 3 }, 7, undefined));
const TO = { incarnation: 1, number: 7, key: PID.key };

/** One of each kind, as boards send them. */
const FRAMES: readonly Frame[] = [
  {
    kind: "message",
    to: TO,
    packed: pack({ list: [1, "two", { three: 3n }], map: new Map([["a", new Date(0)]]) }).packed,
    deadlineUs: 2_000_000,
    band: 2,
    bytes: 100,
    alias: 3,
    monitor: { from: PID, ref: 9 },
  },
  { kind: "exit", to: TO, from: PID, reason: { error: "Error: no", stack: "at pump" }, links: ["a", "b"] },
  { kind: "link", to: TO, from: PID, id: "a" },
  { kind: "unlink", to: TO, from: PID, ids: ["a", "b"] },
  { kind: "monitor", to: TO, from: PID, ref: 4 },
  { kind: "demonitor", to: TO, from: PID, ref: 4 },
  { kind: "down", to: TO, from: PID, ref: 4, reason: "noconnection" },
];
const SAID: readonly Uint8Array[] = [
  ...["main", "climate"].flatMap((cell) =>
    FRAMES.map((frame) => encodeFrame(new ByteWriter(10_000), cell, frame, HERE)),
  ),
  encodeNotice({ notice: "names", anew: true, names: [["pump", PID]] }, HERE),
  encodeNotice({ notice: "unnamed", name: "pump", pid: PID }, HERE),
  encodeNotice({ notice: "members", anew: false, members: [{ group: "pumps", pid: PID, times: 2 }] }, HERE),
  encodeNotice({ notice: "lost", cell: "climate", to: TO }, HERE),
  encodeNotice({ notice: "cellDown", cell: "climate", incarnation: 2, cause: "killed" }, HERE),
].map((bytes) => bytes.slice());

/** Some bytes of it are others, or it ends early, or goes on with what it began with. */
function damaged(all: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const hits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  return fc.tuple(fc.constantFrom(...all), hits, fc.nat(3)).map(([whole, changes, how]) => {
    const bytes = how === 1 ? Buffer.concat([whole, whole]) : whole.slice();
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return how === 2 ? bytes.subarray(0, changes[0]![0] % bytes.length) : bytes;
  });
}

function onlyFrameErrors(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert.ok(error instanceof FrameError, String((error as Error).stack));
  }
}

spec(
  "frames and notices: whatever bytes come, they are read or refused by one error",
  () => {
    for (const bytes of SAID) decodeFromBoard(bytes, HERE);
    const any = fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged(SAID));
    const read = (bytes: Uint8Array) => onlyFrameErrors(() => decodeFromBoard(bytes, HERE));
    fc.assert(fc.property(any, read), propertyRuns(6000));
  },
  propertyLimitMs(30_000),
);

const count = fc.oneof(fc.nat(20), fc.maxSafeInteger().map(Math.abs));
const time = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -1, 0, 1e9));
/** What a board that has the key and has gone mad could say in a session. */
const packets: fc.Arbitrary<SessionPacket> = fc.oneof(
  fc
    .record({
      number: count,
      parts: fc.nat(4),
      ageUs: count,
      before: count,
      has: count,
      payload: fc.uint8Array(),
    })
    .map(({ before, ...rest }) => ({
      type: "data" as const,
      session: 1,
      signalBefore: Math.max(0, rest.number - before),
      ...rest,
    })),
  fc
    .record({ next: count, missing: fc.array(count), lost: fc.array(fc.tuple(count, count)) })
    .map((confirm) => ({ type: "confirm" as const, session: 1, ...confirm })),
  fc
    .record({
      count,
      sentUs: time,
      agoUs: time,
      wallMs: time,
      heardUs: time,
      asks: fc.boolean(),
      keptFrom: count,
    })
    .map(({ heardUs, agoUs, ...rest }) => ({
      type: "beat" as const,
      session: 1,
      heard: { sentUs: heardUs, agoUs },
      ...rest,
    })),
);

spec(
  "packets: whatever bytes come, they are read or refused by one error",
  () => {
    const whole = fc.sample(packets, { numRuns: 200, seed: 1 }).map((packet) => encodePacket(packet).slice());
    const any = fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged(whole));
    fc.assert(
      fc.property(any, (bytes) => onlyFrameErrors(() => decodePacket(bytes))),
      propertyRuns(6000),
    );
  },
  propertyLimitMs(30_000),
);

spec(
  "a board that has the key and says anything at all in a session throws nobody, and fills nothing",
  () => {
    const steps = fc.array(fc.tuple(packets, fc.nat(800_000)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, (said) => {
        const keys = { id: 1, ours: Buffer.from("ours"), theirs: Buffer.from("theirs") };
        const sink = {
          publish: () => {},
          message: (bytes: Uint8Array) => onlyFrameErrors(() => decodeFromBoard(bytes, HERE)),
          lost: () => {},
          gap: () => {},
          signalLost: () => {},
          bye: () => {},
        };
        const session = new Session(keys, LINK_LIMITS, sink, 0);
        for (let n = 0; n < 5; n++) session.send(Buffer.alloc(10), 0);
        session.flush();
        let nowUs = 0;
        for (const [packet, us] of said) {
          nowUs += us;
          onlyFrameErrors(() =>
            session.packet(new Sealer(keys.theirs).seal(writePacket(packet)), nowUs, nowUs),
          );
          // Time passes without anybody who could catch what a packet brought.
          session.expire(nowUs, nowUs);
          assert.ok(
            session.nextUs > nowUs || session.isSilent(nowUs),
            "it never asks to be woken at once for ever",
          );
        }
        assert.ok(session.stats().underWay <= 5);
      }),
      propertyRuns(400),
    );
  },
  propertyLimitMs(30_000),
);

spec(
  "a board that has the key and says anything at all to processes throws nobody: it is counted, and the link is there",
  () => {
    const net = new LinkedCells(["greenhouse", "pumphouse"]);
    const { exchange } = net.of("greenhouse");
    const [[, link]] = [...net.of("pumphouse").exchange.links()] as [[string, BoardLink]];
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), damaged(SAID)), (bytes) => {
        link.send(bytes, net.clock.now());
        link.flush();
        net.pass(2);
      }),
      propertyRuns(2000),
    );
    net.pass(10_000);
    const { malformed, notItself, notGiven } = exchange.counts;
    assert.ok(malformed > 500 && notItself + notGiven > 100, JSON.stringify(exchange.counts));
    assert.is(link.life?.incarnation, 1, "linked");
  },
  propertyLimitMs(30_000),
);

spec("a batch that is none is refused when it comes, not when it is its turn", () => {
  const keys = { id: 1, ours: Buffer.from("ours"), theirs: Buffer.from("theirs") };
  const heard: Uint8Array[] = [];
  const sink = {
    publish: () => {},
    message: (bytes: Uint8Array) => void heard.push(bytes),
    lost: () => {},
    gap: () => {},
    signalLost: () => {},
    bye: () => {},
  };
  const session = new Session(keys, LINK_LIMITS, sink, 0);
  const early = (number: number, payload: Uint8Array): SessionPacket => ({
    type: "data",
    session: 1,
    number,
    parts: PART.several,
    ageUs: 0,
    signalBefore: 0,
    has: 0,
    payload,
  });
  const say = (packet: SessionPacket) =>
    session.packet(new Sealer(keys.theirs).seal(writePacket(packet)), 0, 0);
  assert.throws(
    () => say(early(2, Uint8Array.of(200, 1))),
    (error: Error) => error instanceof FrameError,
  );
  say(early(3, Uint8Array.of(2, 7, 7)));
  assert.ok(session.expire(LINK_LIMITS.lostUs / 2, 0), "what is missing is given up");
  assert.equal(heard, [Uint8Array.of(7, 7)]);
});

/** In the worst case so much is taken for a byte that came, and this much beside. */
const MOST = { times: 50, besideBytes: 8e6 } as const;

spec(
  "bytes that claim to be arrays in arrays, each as long as all that follows, take no memory for what is not there",
  () => {
    for (const tag of [9, 11, 12, 13]) {
      const length = 1 << 20;
      const claims = new ByteWriter();
      for (let depth = 0; depth < 300; depth++) claims.u8(tag).count(Math.floor(length / 2) - 4 * depth);
      const bytes = new Uint8Array(length);
      bytes.set(claims.take());
      const before = process.memoryUsage();
      assert.throws(
        () => decodeValue(new ByteReader(bytes), []),
        (error: Error) => error instanceof FrameError,
      );
      const after = process.memoryUsage();
      const took = after.heapUsed + after.external - before.heapUsed - before.external;
      assert.ok(took < MOST.times * length + MOST.besideBytes, `tag ${tag}: ${(took / 1e6).toFixed(0)} MB`);
    }
  },
  { limitMs: 20_000 },
);
