/** A release in parts over real brokers, with the rights that fleets have there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { is, match, ok } from "uvu/assert";
import { partTopics } from "../../../deploy/mqtt/part-topics.ts";
import { PIECE_BYTES } from "../../../deploy/release/pieces.ts";
import { type BoardBroker, mqttParts } from "../../../deploy/update/parts/mqtt-parts.ts";
import { PartsServer } from "../../../deploy/update/parts/parts-server.ts";
import type { MqttProbe } from "../../harness/mqtt-probe.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { aPlace, aRelease, memorySource, receiving, temporary } from "./a-place.ts";
import { failureOf } from "./failure-of.ts";
import { atMosquitto, atOwnBroker } from "./fleet-broker.ts";

const LIMIT = { limitMs: 40_000 };
const TOPICS = partTopics("holdfast", "greenhouse");
/** About a dozen parts. */
const SIZE = 800_000;
/** Five pieces: some are left when the first is on the disk, and as many parts as may be under way have come. */
const LARGE = 2_000_000;

async function setUp(t: SpecContext, size = SIZE) {
  const release = await aRelease(temporary(t), { size });
  return { place: aPlace(temporary(t)), release, bytes: readFileSync(release.file) };
}

/** Whoever offers, at a broker; `after`: so many parts, then `last`. */
async function offering(
  client: MqttProbe,
  release: string,
  bytes: Uint8Array,
  { after = Number.POSITIVE_INFINITY, last = () => {} } = {},
) {
  let sent = 0;
  const server = new PartsServer(memorySource(bytes), release, async (part) => {
    if (++sent > after) return last();
    await client.client.publishAsync(TOPICS.part, part, { qos: 0 });
  });
  client.client.on("message", (topic, payload) => {
    if (topic === TOPICS.want) server.heard(payload);
  });
  await client.client.subscribeAsync(TOPICS.want, { qos: 0 });
  await server.announce();
}

/** As the board's receiver does it: opens, receives, closes. */
async function received(
  t: SpecContext,
  broker: BoardBroker,
  { place, release }: Set,
  plan: { readonly limit?: number; readonly patienceMs?: number; readonly diesAt?: number } = {},
) {
  const { limit = 1e9, patienceMs = 30_000, diesAt = Number.POSITIVE_INFINITY } = plan;
  const source = await mqttParts(broker, { release: release.release }, { askAgainMs: 1000, patienceMs });
  t.defer(() => source.close());
  const reads: number[] = [];
  const read: typeof source.read = (from, to) => {
    reads.push(from);
    return source.read(from, to);
  };
  try {
    const { how } = await receiving(place, {
      source: { bytes: source.bytes, read, close: () => source.close() },
      trusted: [release.key.trusted],
      expected: release.release,
      limit,
      onProgress: (bytes) => void (bytes >= diesAt && source.close()),
    });
    return { how, reads };
  } finally {
    await source.close();
  }
}

for (const [name, start] of [
  ["Mosquitto", atMosquitto],
  ["the board's own broker", atOwnBroker],
] as const) {
  spec(
    `over ${name} a release comes in parts with nothing but the rights of a fleet, and nobody else gets it`,
    async (t) => {
      const { board, as } = await start(t);
      const set = await setUp(t);
      const vera = await as("vera", ["#"]);
      const otto = await as("otto");
      await offering(otto, set.release.release, set.bytes);
      is((await received(t, board, set)).how, "written");
      is(readFileSync(join(set.place.folder, "b/program/data"), "utf8").length, SIZE);
      is(set.place.records.read()?.releases.b, set.release.release);
      is(vera.seen.length, 0);
    },
    LIMIT,
  );

  spec(
    `over ${name} it goes on where it was when whoever offers was killed, and when the board was`,
    async (t) => {
      const { board, as } = await start(t);
      const set = await setUp(t, LARGE);
      const { release } = set.release;
      const first = await as("otto");
      await offering(first, release, set.bytes, { after: 5, last: () => first.client.stream.destroy() });
      const receiver = failureOf(received(t, board, set, { diesAt: PIECE_BYTES }));
      await new Promise<void>((done) => first.client.once("close", () => done()));
      const second = await as("otto");
      await offering(second, release, set.bytes);
      is((await receiver).code, "interrupted");
      is(set.place.records.read()?.releases.b, undefined);
      const third = await as("otto");
      await offering(third, release, set.bytes);
      const { how, reads } = await received(t, board, set);
      is(how, "written");
      ok(reads.at(-1)! >= PIECE_BYTES, `the rest from byte ${reads.at(-1)} on`);
      is(readFileSync(join(set.place.folder, "b/program/data"), "utf8").length, LARGE);
    },
    LIMIT,
  );
}

for (const [what, code, why, limit, bytesOf] of [
  [
    "one byte of it is another",
    "damaged",
    /bytes \d+ to \d+ are not those that were signed, 3 times in a row/,
    1e9,
    ({ bytes }: Set) => {
      const altered = Buffer.from(bytes);
      altered[bytes.length - 200_000]! ^= 1;
      return altered;
    },
  ],
  [
    "it is larger than the board takes",
    "tooBig",
    /this board takes 100000/,
    100_000,
    ({ bytes }: Set) => bytes,
  ],
  ["its signature is of something else", "wrongSignature", /is of something else/, 1e9, resigned],
] as const) {
  spec(
    `where ${what} a release in parts is refused, and nothing of it counts`,
    async (t) => {
      const { board, as } = await atOwnBroker(t);
      const set = await setUp(t);
      const before = JSON.stringify(set.place.records.read()?.releases);
      await offering(await as("otto"), set.release.release, bytesOf(set));
      const { code: found, message } = await failureOf(received(t, board, set, { limit }));
      is(found, code, message);
      match(message, why);
      is(JSON.stringify(set.place.records.read()?.releases), before);
      is(existsSync(join(set.place.folder, "b")), false);
      if (code !== "damaged") is(existsSync(join(set.place.folder, "b.application.tar.gz")), false);
    },
    LIMIT,
  );
}

spec(
  "where another release comes than was offered it is refused before anything is written",
  async (t) => {
    const { board, as } = await atOwnBroker(t);
    const set = await setUp(t);
    const other = await aRelease(temporary(t), { key: set.release.key, about: { version: "0.0.1" } });
    await offering(await as("otto"), set.release.release, readFileSync(other.file));
    const { code, message } = await failureOf(received(t, board, set));
    is(code, "refused", message);
    match(
      message,
      `is release ${other.release.slice(0, 12)}, and ${set.release.release.slice(0, 12)} was offered`,
    );
    is(existsSync(join(set.place.folder, "b.application.tar.gz")), false);
  },
  LIMIT,
);

spec(
  "a viewer who answers in whoever's place is not heard",
  async (t) => {
    const { board, as } = await atOwnBroker(t);
    const set = await setUp(t);
    await offering(await as("vera"), set.release.release, set.bytes);
    const { code, message } = await failureOf(received(t, board, set, { patienceMs: 1500 }));
    is(code, "unreachable");
    match(message, "may this board publish holdfast-update/greenhouse/want and read that");
  },
  LIMIT,
);

type Set = Awaited<ReturnType<typeof setUp>>;

/** The bundle with another byte in its manifest. */
function resigned({ bytes }: Set): Buffer {
  const altered = Buffer.from(bytes);
  altered[600]! ^= 1;
  return altered;
}
