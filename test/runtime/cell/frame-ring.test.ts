import fc from "fast-check";
import * as assert from "uvu/assert";
import { createFrameRing, FrameRing, LONGEST_RING_FRAME } from "../../../runtime/cell/frame-ring.ts";
import { propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";

function ends(capacity?: number) {
  const memory = createFrameRing(capacity);
  const [writer, reader] = [new FrameRing(memory), new FrameRing(memory)];
  const bytes = new Uint8Array(LONGEST_RING_FRAME);
  const take = () => (reader.next() === undefined ? undefined : bytes.slice(0, reader.take(bytes)));
  return { memory, writer, reader, take };
}

function frame(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index) & 0xff);
}

/** Lengths that are put; 0: one is taken. */
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 300 }) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: LONGEST_RING_FRAME }) },
    { weight: 4, arbitrary: fc.constant(0) },
  ),
  { minLength: 100, maxLength: 600 },
);

spec("frames of any length come out whole and in order, however often the ring goes round", () => {
  const { writer, take } = ends(16_384);
  let [n, refused] = [0, 0];
  fc.assert(
    fc.property(steps, (lengths) => {
      const waiting: Uint8Array[] = [];
      for (const length of lengths) {
        const next = frame(length, n++);
        if (length === 0) assert.equal(take(), waiting.shift());
        else if (writer.put(next, n)) waiting.push(next);
        else refused++;
      }
      for (const expected of waiting) assert.equal(take(), expected);
      assert.is(take(), undefined);
    }),
    propertyRuns(50),
  );
  assert.ok(refused > 0, "it was full at times");
});

spec(
  "a ring that is full takes no more until something was read; longer frames than it takes it refuses",
  () => {
    const { writer, reader, take } = ends();
    assert.not(writer.put(frame(LONGEST_RING_FRAME + 1, 0), 0));
    assert.ok(reader.isEmpty);
    let put = 0;
    while (writer.put(frame(1016, put), put)) put++;
    assert.is(put, 16);
    assert.is(reader.next(), 0);
    assert.equal(take(), frame(1016, 0));
    assert.is(reader.next(), 1);
    assert.ok(writer.put(frame(1016, 99), 99));
    assert.not(writer.put(frame(1, 0), 0));
  },
);

spec("what is read as it comes touches the first pages only", () => {
  const { memory, writer, take } = ends();
  for (let n = 0; n < 5000; n++) {
    assert.ok(writer.put(frame(200, 1), n));
    assert.ok(take() !== undefined);
  }
  assert.ok(new Uint8Array(memory, 8192 + 1024).every((byte) => byte === 0));
});

spec("who sleeps is woken once, by the writer or by itself", () => {
  const { writer, reader } = ends();
  assert.not(writer.wake(), "it never slept");
  reader.sleep();
  assert.ok(writer.wake());
  assert.not(writer.wake());
  reader.sleep();
  assert.ok(reader.wake());
  assert.not(writer.wake());
});
