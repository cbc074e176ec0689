import * as assert from "uvu/assert";
import { BoardLink } from "../../../deploy/mqtt/board-link.ts";
import { BoardOutbox } from "../../../deploy/outbox/board-outbox.ts";
import { runs } from "../../end-to-end/processes.ts";
import { type Mosquitto, mosquitto } from "../../harness/mosquitto.ts";
import { type MqttProbe, probe } from "../../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";
import { PROGRAM, storeFolder } from "./a-program.ts";
import { ackedTap } from "./acked-tap.ts";

const LIMITS = { sizeBytes: 1_000_000, ageMs: 86_400_000, syncEveryMs: 50, syncRecords: 100 };
const TOPIC = "holdfast/b/outbox";

/** A link with an outbox, as the MQTT cell of a board has them. */
function board(t: SpecContext, url: string, folder: string) {
  const told: { kind: string }[] = [];
  const problems: string[] = [];
  const outbox: BoardOutbox = new BoardOutbox({
    plan: { program: PROGRAM, folder, limits: LIMITS, events: ["crash"], keepEveryMs: { air: 1 } },
    now: () => performance.now(),
    wallMs: () => Date.now(),
    wake: () => link.wake(),
    tell: (event) => told.push(event),
    onStatus: (status) => link.status({ outbox: status }),
  });
  const link: BoardLink = new BoardLink({
    url,
    board: "b",
    identity: { incarnation: 1, hardware: "emulated", uid: "desk" },
    version: "0.1.0",
    claimMs: 60,
    backoffMs: { min: 20, max: 80 },
    outbox,
    onProblem: (text) => problems.push(text),
    catalogue: () => [],
    onCommand: () => {},
  });
  const sink = outbox.beside(link);
  const end = async () => {
    await Promise.all([link.close(), outbox.close()]);
  };
  t.defer(end);
  link.start();
  const crash = (from: number, to: number) => {
    for (let n = from; n <= to; n++) sink.event({ kind: "crash", n });
  };
  return {
    link,
    outbox,
    sink,
    told,
    problems,
    crash,
    end,
    live: () => until("live", () => link.state === "live"),
  };
}

interface Words {
  readonly id: string;
  readonly late: boolean;
  readonly at: string | null;
  readonly event?: { readonly n: number };
  readonly reading?: string;
}

const words = (reader: MqttProbe) => reader.texts(TOPIC).map((text) => JSON.parse(text) as Words);
/** Each number once, in the order of its first coming. */
const events = (reader: MqttProbe) => [...new Set(words(reader).flatMap(({ event }) => event?.n ?? []))];
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function reader(t: SpecContext, broker: Mosquitto): Promise<MqttProbe> {
  return await probe(t, broker.url, [
    TOPIC,
    "holdfast/b/events",
    "holdfast/b/air/temperature",
    "holdfast/b/status",
  ]);
}

spec(
  "what happens while the broker is away comes in order when it is back, late, on a topic of its own",
  async (t) => {
    const broker = await mosquitto(t);
    const tap = await ackedTap(t, broker.port, TOPIC);
    const { link, sink, crash, live, outbox } = board(t, tap.url, storeFolder(t));
    await live();
    const before = await reader(t, broker);
    crash(1, 3);
    await until("they come at once", () => events(before).length === 3, 10_000);
    assert.ok(words(before).every(({ late }) => !late));
    const mark = tap.acked.length;
    await broker.kill();
    await until("that is seen", () => link.state === "offline");
    for (let n = 0; n < 400; n++) {
      const at = "2026-11-22T18:06:00.123Z";
      const reading = { value: n, unit: "°C", quality: "good", at } as const;
      sink.reading("air", "temperature", reading, { resolution: 0.1 });
      crash(4 + n, 4 + n);
      if (n % 50 === 0) await new Promise((done) => setTimeout(done, 20));
    }
    await until("it is all kept", () => outbox.facts.records >= 400, 10_000);
    await broker.start();
    const after = await reader(t, broker);
    await live();
    // As the broker had them: the board may be back sooner than any reader.
    const came = () => tap.acked.slice(mark).map((text) => JSON.parse(text) as Words);
    const numbers = () => [...new Set(came().flatMap(({ event }) => event?.n ?? []))];
    await until("all have come", () => numbers().at(-1) === 403, 10_000);
    assert.equal(
      numbers().filter((n) => n > 3),
      range(4, 403),
    );
    const readings = came().filter(({ reading }) => reading === "temperature");
    assert.ok(readings.length > 5, String(readings.length));
    assert.is(readings[0]!.at, "2026-11-22T18:06:00.123Z");
    // What is retained is the last, and was never anything older.
    const values = after.texts("holdfast/b/air/temperature").map((text) => JSON.parse(text).value);
    assert.equal([...new Set(values)], [399]);
    await until("nothing is left", () => outbox.facts.records === 0, 10_000);
    assert.is(outbox.facts.dropped, 0);
    const status = () =>
      after.last("holdfast/b/status")?.outbox as { dropped: number; fault: unknown } | undefined;
    await until("the status says it", () => status()?.fault === null && status()?.dropped === 0, 10_000);
  },
  { limitMs: 60_000 },
);

spec(
  "a board that comes again brings what the one before could not say, and ids tell what came twice",
  async (t) => {
    const broker = await mosquitto(t);
    const folder = storeFolder(t);
    const first = board(t, broker.url, folder);
    await first.live();
    await broker.kill();
    first.crash(1, 150);
    await until("it is kept", () => first.outbox.facts.records === 150, 10_000);
    const { pid } = first.outbox;
    await first.end();
    // It writes the rest even when that takes longer than its board waits; who comes meanwhile may have the store first.
    await until("its process has written the rest", () => !runs(pid!), 20_000);
    await broker.start();
    const seen = await reader(t, broker);
    const second = board(t, broker.url, folder);
    second.crash(151, 160);
    await until("all have come", () => events(seen).length === 160, 20_000).catch((error: Error) => {
      const { link, outbox, problems, told } = second;
      const state = { link: link.state, facts: outbox.facts, problems, told, came: events(seen) };
      throw new Error(`${error.message}: ${JSON.stringify(state)}`);
    });
    assert.equal(events(seen), range(1, 160));
    const numberOf = new Map(words(seen).map(({ id, event }) => [id, event?.n]));
    assert.is(numberOf.size, 160);
  },
  { limitMs: 60_000 },
);

spec(
  "a broker that does not let the board publish there is named as the cause, and nothing is lost",
  async (t) => {
    const rights = ["topic readwrite holdfast/#", "topic deny holdfast/b/outbox"];
    const broker = await mosquitto(t, rights);
    const { outbox, crash, live, problems } = board(t, broker.url, storeFolder(t));
    await live();
    crash(1, 50);
    await until("that is said", () => problems.length > 0, 10_000);
    assert.match(
      problems[0]!,
      /does not take holdfast\/b\/outbox: .*[Nn]ot authorized.*may this board publish/,
    );
    await until("all is kept", () => outbox.facts.records === 50, 10_000);
    assert.is(problems.length, 1);
  },
  { limitMs: 40_000 },
);

spec(
  "a broker killed again and again gets every record in the end",
  async (t) => {
    const broker = await mosquitto(t);
    const { url, acked } = await ackedTap(t, broker.port, TOPIC);
    const { crash, outbox, live } = board(t, url, storeFolder(t));
    const got = () => acked.map((text) => (JSON.parse(text) as Words).event!.n);
    for (let round = 0; round < 4; round++) {
      await live();
      const before = acked.length;
      crash(round * 500 + 1, round * 500 + 500);
      await until("some come", () => acked.length > before + 20, 10_000);
      await broker.kill();
      await broker.start();
    }
    await until("nothing is left", () => outbox.facts.records === 0, 20_000);
    await until("the last came", () => got().includes(2000));
    assert.equal([...new Set(got())], range(1, 2000));
    assert.is(outbox.facts.dropped, 0);
  },
  { limitMs: 90_000 },
);
