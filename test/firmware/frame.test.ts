import fc from "fast-check";
import { equal, is, ok, throws } from "uvu/assert";
import {
  FrameReader,
  FrameWriter,
  HEADER_BYTES,
  KIND,
  MAX_FRAME_BYTES,
} from "../../firmware/transport/frame.ts";
import { FrameStream } from "../../firmware/transport/frame-stream.ts";
import { spec } from "../harness/spec.ts";

const u16 = fc.integer({ min: 0, max: 65_535 });
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const payload = fc.uint8Array({ minLength: 12, maxLength: 300 });

spec("every header field and byte of payload survives the way", () => {
  const frame = fc.record({
    kind: fc.integer({ min: 1, max: 12 }),
    status: fc.integer({ min: 0, max: 255 }),
    request: u32,
    owner: u16,
    epoch: u32,
    deadlineUs: fc.double({ noNaN: true }),
    payload,
  });
  fc.assert(
    fc.property(frame, ({ kind, status, request, owner, epoch, deadlineUs, payload }) => {
      const writer = new FrameWriter().begin(kind, status, request, owner, epoch, deadlineUs).append(payload);
      const reader = new FrameReader().over(writer.bytes);
      is(reader.decode(0, writer.length), "whole");
      equal(
        [reader.kind, reader.status, reader.request, reader.owner, reader.epoch, reader.deadlineUs],
        [kind, status, request, owner, epoch, deadlineUs],
      );
      equal(
        [...reader.bytes.subarray(reader.payloadAt, reader.payloadAt + reader.payloadLength)],
        [...payload],
      );
    }),
  );
});

spec("the bytes of a write are as the table says", () => {
  const { bytes, length } = new FrameWriter().begin(KIND.write, 0, 7, 3, 5, 2).u16(4).f64(1);
  equal(
    Buffer.from(bytes.subarray(0, length)).toString("hex").match(/../g)!.join(" "),
    [
      ...["22 00 01 00", "07 00 00 00", "03 00 00 00", "05 00 00 00", "00 00 00 00 00 00 00 40"],
      ...["04 00", "00 00 00 00 00 00 f0 3f"],
    ].join(" "),
  );
});

spec("frames cut anywhere come out whole and in order", () => {
  fc.assert(
    fc.property(
      fc.array(payload, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 400 })),
      (payloads, cuts) => {
        const writer = new FrameWriter();
        const all = Buffer.concat(
          payloads.map((payload, request) => {
            writer.begin(KIND.answer, 0, request, 0, 0, 0).append(payload);
            return Buffer.from(writer.bytes.slice(0, writer.length));
          }),
        );
        const stream = new FrameStream();
        const frame = new FrameReader();
        const seen: number[] = [];
        for (let at = 0, cut = 0; at < all.length; cut++) {
          const piece = all.subarray(at, at + (cuts[cut % cuts.length] ?? 100));
          stream.append(piece, piece.length);
          at += piece.length;
          while (stream.next(frame)) seen.push(frame.request);
        }
        equal(
          seen,
          payloads.map((_, request) => request),
        );
        is(stream.malformed, 0);
      },
    ),
  );
});

spec("no bytes whatever break the stream, and a good frame after a skippable one arrives", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000 }), (noise) => {
      const stream = new FrameStream();
      stream.append(noise, noise.length);
      const frame = new FrameReader();
      while (stream.next(frame)) ok(frame.length >= HEADER_BYTES && frame.length <= MAX_FRAME_BYTES);
    }),
  );
  const stream = new FrameStream();
  const writer = new FrameWriter().begin(99, 0, 1, 0, 0, 0);
  stream.append(writer.bytes, writer.length);
  writer.begin(KIND.write, 0, 2, 0, 0, 0).u16(1); // too short for a write
  stream.append(writer.bytes, writer.length);
  writer.begin(KIND.renew, 0, 3, 0, 0, 0).u16(1);
  stream.append(writer.bytes, writer.length);
  const frame = new FrameReader();
  is(stream.next(frame), true);
  is(frame.request, 3);
  is(stream.malformed, 2);
  is(stream.next(frame), false, "nothing else arrived");
});

spec("a frame longer than an atomic write cannot be made", () => {
  throws(() => new FrameWriter().begin(KIND.answer, 0, 0, 0, 0, 0).append(new Uint8Array(4096)), /4096/);
});
