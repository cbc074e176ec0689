import fc from "fast-check";
import { equal, is } from "uvu/assert";
import { decodeToGuardian } from "../../firmware/transport/control-decode.ts";
import { DeadlineQueue } from "../../firmware/transport/deadline-queue.ts";
import { JsonLines } from "../../firmware/transport/json-lines.ts";
import { Mailslot, mailslotMemory } from "../../firmware/transport/mailslot.ts";
import { decodePet, encodePet, PET } from "../../firmware/transport/pet-frame.ts";
import { spec } from "../harness/spec.ts";

spec("the deadline queue gives the earliest first, equal ones as they came", () => {
  const deadline = fc.integer({ min: 0, max: 9 });
  fc.assert(
    fc.property(fc.array(deadline, { maxLength: 40 }), (deadlines) => {
      const queue = new DeadlineQueue(32);
      const taken = deadlines.filter((deadline, value) => queue.push(deadline, value)).length;
      is(taken, Math.min(32, deadlines.length), "bounded");
      const expected = deadlines
        .map((deadline, value) => ({ deadline, value }))
        .slice(0, taken)
        .sort((a, b) => a.deadline - b.deadline || a.value - b.value);
      equal(
        expected.map(() => queue.pop()),
        expected.map(({ value }) => value),
      );
      is(queue.pop(), undefined);
    }),
  );
});

spec("a mailslot gives frames in order over its wrap and counts what found no room", () => {
  const memory = mailslotMemory(64);
  const [writer, reader] = [new Mailslot(memory), new Mailslot(memory)];
  const target = new Uint8Array(64);
  const frame = (fill: number) => Uint8Array.from([30, 0, ...new Array(28).fill(fill)]);
  for (let round = 0; round < 20; round++) {
    is(writer.put(frame(round), 0, 30), true);
    is(writer.put(frame(round + 100), 0, 30), true);
    is(writer.put(frame(0), 0, 30), false);
    equal([reader.take(target), target[29]], [30, round]);
    equal([reader.take(target), target[29]], [30, round + 100]);
    is(reader.take(target), 0);
  }
  is(reader.dropped, 20);
  is(reader.empty, true);
});

spec("JSON lines survive cuts, garbage and lines without end", () => {
  const lines = new JsonLines(20);
  const seen: unknown[] = [];
  for (const piece of ['{"a"', ":1}\n{", "}\nno json\n", "x".repeat(30), "x".repeat(30), 'x\n"é"\n']) {
    lines.feed(Buffer.from(piece), (value) => seen.push(value));
  }
  equal(seen, [{ a: 1 }, {}, "é"]);
  is(lines.malformed, 2);
});

spec("only well-formed control messages pass", () => {
  const grant = { owner: 1, epoch: 2, outputs: ["GPIO17"], inputs: [], i2c: [{ bus: "i2c-1", address: 24 }] };
  equal(decodeToGuardian({ grant }), { grant });
  equal(decodeToGuardian({ stats: true }), { stats: true });
  equal(decodeToGuardian({ buses: true }), { buses: true });
  const bad = [
    { grant: { ...grant, owner: -1 } },
    { grant: { ...grant, outputs: "GPIO17" } },
    { grant: { ...grant, i2c: [{ bus: "i2c-1", address: 128 }] } },
    { fence: { owner: 1 } },
    { revoke: { owner: 1, epoch: 2 ** 32 } },
    { world: { id: 1, device: "x" } },
    { clear: {} },
    { stats: 1 },
    { buses: {} },
    [],
    null,
  ];
  for (const message of bad) is(decodeToGuardian(message), undefined, JSON.stringify(message));
  fc.assert(fc.property(fc.anything(), (value) => void decodeToGuardian(value)));
});

spec("a pet frame is sixteen bytes, and an unknown kind is none", () => {
  const view = new DataView(new ArrayBuffer(16));
  encodePet(view, PET.fence, 7, 9, 1.5);
  equal(decodePet(view, 0), { kind: PET.fence, owner: 7, epoch: 9, atUs: 1.5 });
  view.setUint8(0, 3);
  is(decodePet(view, 0), undefined);
});
