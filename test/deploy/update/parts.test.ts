import { equal, is, match, ok } from "uvu/assert";
import {
  decodePart,
  decodeWant,
  encodePart,
  encodeWant,
  MOST_PART_BYTES,
} from "../../../deploy/update/parts/part-packet.ts";
import { PartsServer } from "../../../deploy/update/parts/parts-server.ts";
import { PartsSource, type PartsTimes } from "../../../deploy/update/parts/parts-source.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { memorySource } from "./a-place.ts";
import { failureOf } from "./failure-of.ts";

const RELEASE = "ab".repeat(16);
const PART = MOST_PART_BYTES;
/** Ten parts and a bit. */
const BYTES = Buffer.from(Array.from({ length: 10 * PART + 77 }, (_, at) => (at * 7) % 251));

/**
 * Both ends without a broker. `lose`: of the n-th part (from 1) that is sent; `there`: whoever offers is. What is wanted is
 * written down.
 */
function ends(
  t: SpecContext,
  { lose = (_: number): boolean => false, times = {} as PartsTimes, there = true, bytes = 0 } = {},
) {
  const wants: string[] = [];
  let sent = 0;
  let most = 0;
  let underWay = 0;
  const server = new PartsServer(memorySource(BYTES), RELEASE, async (packet) => {
    await new Promise((done) => setImmediate(done));
    underWay--;
    if (decodePart(packet)!.bytes.length > 0 && lose(++sent)) return;
    source.heard(packet);
  });
  const line = { there };
  const source: PartsSource = PartsSource.of({
    release: RELEASE,
    ...(bytes > 0 && { bytes }),
    ask: (want) => {
      const { from, to } = decodeWant(Buffer.from(want))!;
      wants.push(`${from / PART}${to - from === PART ? "" : `+${to - from}`}`);
      most = Math.max(most, ++underWay);
      if (line.there) server.heard(Buffer.from(want));
    },
    trouble: () => "the broker is away",
    times,
    close: async () => {},
  });
  t.defer(() => source.close());
  return { source, server, wants, line, most: () => most };
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

spec("a part and a wish are read as they were written", () => {
  const part = { release: RELEASE, from: 2 ** 40 + 3, of: 2 ** 41, bytes: Buffer.from("hello") };
  equal(decodePart(encodePart(part)), part);
  const want = { release: RELEASE, from: 5, to: 5 + PART };
  equal(decodeWant(Buffer.from(encodeWant(want))), want);
});

for (const [what, want] of [
  ["more than a part", { release: RELEASE, from: 0, to: PART + 1 }],
  ["a range that ends before it begins", { release: RELEASE, from: 2, to: 1 }],
  ["what comes before the bundle", { release: RELEASE, from: -1, to: 1 }],
  ["half bytes", { release: RELEASE, from: 0.5, to: 1 }],
  ["nothing", {}],
] as const) {
  spec(`who wants ${what} is not answered`, () =>
    is(decodeWant(Buffer.from(JSON.stringify(want))), undefined),
  );
}

spec("what is no part is none: too short, too long, of another format", () => {
  const packet = encodePart({ release: RELEASE, from: 0, of: 10, bytes: Buffer.alloc(PART + 1) });
  is(decodePart(packet), undefined);
  is(decodePart(packet.subarray(0, 20)), undefined);
  const other = Buffer.from(packet.subarray(0, 100));
  other[0] = 2;
  is(decodePart(other), undefined);
});

spec(
  "a bundle comes in parts that are asked for, one at first and never more than four under way",
  async (t) => {
    const { source, wants, most } = ends(t);
    await source.start();
    is(source.bytes, BYTES.length);
    ok((await all(source.read(0, BYTES.length))).equals(BYTES));
    equal(wants, ["0+0", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10+77"]);
    ok(most() > 1 && most() <= 4, `${most()}`);
  },
);

spec(
  "who reads no further asks for no more, and another range is asked for from its first byte on",
  async (t) => {
    const { source, wants } = ends(t);
    await source.start();
    for await (const _ of source.read(0, BYTES.length)) break;
    equal(wants, ["0+0", "0"]);
    ok((await all(source.read(3 * PART, 4 * PART))).equals(BYTES.subarray(3 * PART, 4 * PART)));
    equal(wants, ["0+0", "0", "3"]);
  },
);

spec("a part that is lost is asked for again, and then one at a time", async (t) => {
  const { source, wants } = ends(t, { lose: (sent) => sent === 3, times: { askAgainMs: 50 } });
  await source.start();
  ok((await all(source.read(0, BYTES.length))).equals(BYTES));
  is(wants.filter((want) => want === "2").length, 2);
});

spec("what was asked before whoever offers came is asked again when it says that it is there", async (t) => {
  const { source, server, wants, line } = ends(t, { there: false });
  const started = source.start();
  line.there = true;
  await server.announce();
  await started;
  line.there = false;
  const reading = all(source.read(0, 2 * PART));
  await until("it asks", () => wants.at(-1) === "0");
  line.there = true;
  await server.announce();
  ok((await reading).equals(BYTES.subarray(0, 2 * PART)));
});

spec("a new connection asks again for what was under way on the one before", async (t) => {
  const { source, wants, line } = ends(t);
  await source.start();
  line.there = false;
  const reading = all(source.read(0, PART));
  await until("it asks", () => wants.length === 2);
  line.there = true;
  source.online();
  ok((await reading).equals(BYTES.subarray(0, PART)));
});

spec("where nobody has the release that is said, with what stands in the way", async (t) => {
  const { source } = ends(t, { there: false, times: { askAgainMs: 10, patienceMs: 60 } });
  const { code, message } = await failureOf(source.start());
  is(code, "unreachable");
  match(message, "nobody sends release abababababab in parts: the broker is away; offer it again");
});

spec("who falls silent in the middle is given up, and the same offer goes on there", async (t) => {
  const { source } = ends(t, { lose: (sent) => sent > 2, times: { askAgainMs: 10, patienceMs: 100 } });
  await source.start();
  let bytes = 0;
  const reading = async () => {
    for await (const chunk of source.read(0, BYTES.length)) bytes += chunk.length;
  };
  const { code, message } = await failureOf(reading());
  is(code, "interrupted");
  match(message, "no part came for 0 s: the broker is away; offer it again: it goes on there");
  is(bytes, 2 * PART);
});

spec(
  "parts of another release, another file, another length, or that nobody asked for are nothing",
  async (t) => {
    const { source, wants, line } = ends(t);
    await source.start();
    line.there = false;
    const reading = all(source.read(0, PART));
    await until("it asks", () => wants.length === 2);
    const bytes = Buffer.alloc(PART, 1);
    const part = { release: RELEASE, from: 0, of: BYTES.length, bytes };
    source.heard(encodePart({ ...part, release: "cd".repeat(16) }));
    source.heard(encodePart({ ...part, of: BYTES.length + 1 }));
    source.heard(encodePart({ ...part, bytes: bytes.subarray(1) }));
    source.heard(encodePart({ ...part, from: PART }));
    source.heard(Buffer.from("hello"));
    line.there = true;
    source.online();
    ok((await reading).equals(BYTES.subarray(0, PART)));
  },
);

for (const of of [1, BYTES.length + 1])
  spec(
    `where the offer says how large it is, whoever says first that it has ${of} bytes is not heard`,
    async (t) => {
      const { source, line } = ends(t, { there: false, bytes: BYTES.length });
      const started = source.start();
      source.heard(encodePart({ release: RELEASE, from: 0, of, bytes: Buffer.alloc(0) }));
      line.there = true;
      source.online();
      await started;
      is(source.bytes, BYTES.length);
      ok((await all(source.read(0, BYTES.length))).equals(BYTES));
    },
  );

spec("whoever offers drops wishes beyond 32, and answers none for another release", async () => {
  const sent: number[] = [];
  let go = () => {};
  const held = new Promise<void>((done) => {
    go = done;
  });
  const server = new PartsServer(memorySource(BYTES), RELEASE, async (packet) => {
    sent.push(decodePart(packet)!.from);
    await held;
  });
  const want = (from: number, release = RELEASE) =>
    server.heard(Buffer.from(encodeWant({ release, from, to: from + 1 })));
  want(9, "cd".repeat(16));
  want(BYTES.length);
  for (let from = 0; from < 100; from++) want(from);
  go();
  await until("they are answered", () => sent.length >= 33);
  await new Promise((done) => setImmediate(done));
  is(sent.length, 33);
  equal([sent[0], sent.at(-1)], [0, 32]);
});
