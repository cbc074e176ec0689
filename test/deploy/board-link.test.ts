import { createServer, type Socket } from "node:net";
import * as assert from "uvu/assert";
import { EdgeServer } from "../../deploy/http/edge-server.ts";
import { BoardLink } from "../../deploy/mqtt/board-link.ts";
import type { BoardLinkOptions } from "../../deploy/mqtt/board-link-options.ts";
import { EmbeddedBroker } from "../../deploy/mqtt/embedded-broker.ts";
import { freePort } from "../harness/free-port.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { quietFor, until } from "../harness/until.ts";

const emulated = { incarnation: 3, hardware: "emulated", uid: "desk" } as const;
const real = { incarnation: 7, hardware: "linux", uid: "pi" } as const;
const at = (end: string) => `holdfast/b/${end}`;

function link(t: SpecContext, url: string, options: Partial<BoardLinkOptions> = {}) {
  const log: string[] = [];
  const problems: string[] = [];
  const found = new BoardLink({
    url,
    board: "b",
    identity: emulated,
    version: "0.1.0",
    claimMs: 60,
    backoffMs: { min: 20, max: 80 },
    at: () => "2026-11-22T18:06:00.123Z",
    catalogue: () => [
      { id: "pump", ready: true, spec: { on: { type: "boolean" } } },
      { id: "air", ready: false, spec: { on: { type: "boolean" } } },
    ],
    onCommand: (device, command) => log.push(`command ${device} ${JSON.stringify(command)}`),
    onWorld: (device, set) => log.push(`world ${device} ${JSON.stringify(set)}`),
    onState: (state) => log.push(state),
    onProblem: (text) => problems.push(text),
    ...options,
  });
  t.defer(() => found.close());
  found.start();
  return { link: found, log, problems, live: () => until("live", () => found.state === "live") };
}

async function embedded(t: SpecContext, port = 0) {
  const broker = await EmbeddedBroker.start({ port });
  t.defer(() => broker.close());
  return { broker, url: `mqtt://127.0.0.1:${broker.port}` };
}

/** What both brokers must show: said by a link, read by an outside client. */
for (const name of ["embedded broker", "mosquitto"] as const) {
  const start = async (t: SpecContext) =>
    name === "mosquitto" ? (await mosquitto(t)).url : (await embedded(t)).url;

  spec(`${name}: a board says who it is, what it reads and which topics it has`, async (t) => {
    const url = await start(t);
    const { link: l, live } = link(t, url, { clock: "synced" });
    l.reading(
      "air",
      "temperature",
      { value: 21.4, unit: "°C", quality: "good", at: null },
      { resolution: 0.1 },
    );
    l.deviceState("air", { mode: "full", restarts: 0, cause: null });
    l.timing("air", { misses: 0 });
    await live();
    const reader = await probe(t, url, ["holdfast/#"]);
    const topics = ["air/state", "air/temperature", "index", "status", "timing/air"].map(at);
    await until("five retained topics", () => topics.every((topic) => reader.last(topic) !== undefined));
    await until("the index of them", () => (reader.last(at("index"))!.topics as string[]).length >= 5);
    assert.equal(reader.last(at("status")), {
      schema: 1,
      state: "online",
      ...emulated,
      version: "0.1.0",
      clock: "synced",
    });
    assert.equal(reader.last(at("air/temperature")), { value: 21.4, unit: "°C", quality: "good", at: null });
    assert.equal(reader.last(at("air/state")), { mode: "full", restarts: 0, cause: null });
    assert.equal(reader.last(at("timing/air")), { misses: 0 });
    assert.equal(reader.last(at("index"))!.topics as string[], topics);
    assert.ok(reader.seen.every(({ retain }) => retain));
    await l.close();
    await until("offline", () => reader.last(at("status"))?.state === "offline");
  });

  spec(
    `${name}: a command arrives, a wrong one is answered on the device's error topic and as an event`,
    async (t) => {
      const url = await start(t);
      const { log, live } = link(t, url);
      await live();
      const user = await probe(t, url, [at("+/error"), at("events")]);
      await user.send(at("pump/set"), { on: true, for: "10s" });
      await user.send(at("pump/set"), { on: "yes" });
      await user.send(at("air/set"), { on: true });
      await user.send(at("world/air/set"), { temperatureC: 31 });
      await until(
        "all are answered",
        () => user.seen.length >= 4 && log.some((line) => line.startsWith("world")),
      );
      assert.equal(log.slice(-2), [
        'command pump {"values":{"on":true},"forMs":10000}',
        'world air {"temperatureC":31}',
      ]);
      assert.equal(user.last(at("pump/error")), {
        command: { on: "yes" },
        reason: '"on" is true or false, not the text "yes"',
      });
      assert.match(String(user.last(at("air/error"))!.reason), /not ready yet/);
      const events = user.texts(at("events")).map((text) => JSON.parse(text));
      assert.equal(events[0], {
        at: "2026-11-22T18:06:00.123Z",
        kind: "refused",
        device: "pump",
        command: { on: "yes" },
        reason: '"on" is true or false, not the text "yes"',
      });
      assert.ok(user.seen.every(({ retain }) => !retain));
    },
  );

  spec(`${name}: a command retained before the board started moves nothing and is reported`, async (t) => {
    const url = await start(t);
    const user = await probe(t, url, [at("+/error"), at("events")]);
    await user.send(at("pump/set"), { on: true }, true);
    const { log, live } = link(t, url);
    await live();
    await user.waitFor(
      "the report",
      ({ topic, text }) => topic === at("events") && text.includes("retain flag"),
    );
    await user.send(at("pump/set"), { on: true }, true);
    await user.waitFor("the answer", ({ topic }) => topic === at("pump/error"));
    await quietFor(50);
    assert.equal(log, ["claiming", "live"]);
  });

  spec(`${name}: a command sent while the board was off moves nothing`, async (t) => {
    const url = await start(t);
    const first = link(t, url);
    await first.live();
    await first.link.close();
    await (await probe(t, url)).send(at("pump/set"), { on: true });
    const second = link(t, url);
    await second.live();
    await quietFor(150);
    assert.equal(second.log, ["claiming", "live"]);
  });

  spec(`${name}: a stale will that marks a live board offline is corrected`, async (t) => {
    const url = await start(t);
    const { live } = link(t, url);
    await live();
    const other = await probe(t, url, [at("status")]);
    await until("what is retained", () => other.seen.length > 0);
    for (const payload of [{ state: "offline" }, ""]) {
      const index = other.seen.length;
      await other.send(at("status"), payload, true);
      await until("online again", () =>
        other.seen.slice(index).some(({ text }) => text.includes('"online"')),
      );
    }
  });

  spec(`${name}: an emulated board stays silent under the id of a real one`, async (t) => {
    const url = await start(t);
    const pi = link(t, url, { identity: real });
    await pi.live();
    const reader = await probe(t, url, ["holdfast/#"]);
    const desk = link(t, url);
    desk.link.reading("desk", "temperature", { value: 1, quality: "good", at: null });
    desk.link.event({ kind: "start" });
    await until("silent", () => desk.log.filter((line) => line === "silent").length === 2);
    assert.match(desk.problems[0]!, /real board is online as "b".*give it another id/);
    await (await probe(t, url)).send(at("pump/set"), { on: true });
    await until("the command", () => pi.log.some((line) => line.startsWith("command pump")));
    await desk.link.close();
    await quietFor(100);
    assert.ok(
      reader.seen.every(
        ({ topic, text }) => !topic.includes("desk") && !text.includes("desk") && !text.includes("offline"),
      ),
    );
    assert.not(desk.log.some((line) => line.startsWith("command")));
    assert.equal(desk.problems.length, 1);
  });

  spec(`${name}: a real board that appears silences the emulated one that had its id`, async (t) => {
    const url = await start(t);
    const desk = link(t, url);
    await desk.live();
    const pi = link(t, url, { identity: real });
    await pi.live();
    await until("silent", () => desk.link.state === "silent");
    const reader = await probe(t, url, [at("status")]);
    await until("the real board's status", () => reader.last(at("status"))?.hardware === "linux");
    await desk.link.close();
    await quietFor(100);
    assert.is(reader.last(at("status"))?.state, "online");
  });
}

spec("a copied card: the second board stays silent until the first is gone", async (t) => {
  const { url } = await embedded(t);
  const first = link(t, url, { identity: real });
  await first.live();
  const copy = link(t, url, { identity: { ...real, uid: "copy" } });
  await until("silent", () => copy.link.state === "silent");
  assert.match(
    copy.problems[0]!,
    /another board \(uid pi\) is online as "b", this one is copy: a copied card\?/,
  );
  await quietFor(100);
  assert.is(first.link.state, "live");
  await first.link.close();
  await copy.live();
  const reader = await probe(t, url, [at("status")]);
  await until("the copy's status", () => reader.last(at("status"))?.uid === "copy");
});

spec(
  "mosquitto killed and restarted: all retained state is there again, with what changed meanwhile",
  async (t) => {
    const broker = await mosquitto(t);
    const { link: l, live, log } = link(t, broker.url);
    for (let i = 0; i < 40; i++) l.reading(`d${i}`, "value", { value: i, quality: "good", at: null });
    await live();
    const before = await probe(t, broker.url, ["holdfast/#"]);
    await until("42 topics", () => new Set(before.seen.map(({ topic }) => topic)).size === 42);
    await broker.kill();
    await until("offline", () => l.state === "offline");
    l.reading("d1", "value", { value: 100, quality: "good", at: null });
    l.event({ kind: "restart", device: "d1" });
    await broker.start();
    const after = await probe(t, broker.url, ["holdfast/#"]);
    await until(
      "42 topics again",
      () =>
        new Set(after.seen.filter(({ topic }) => topic !== at("events")).map(({ topic }) => topic)).size ===
        42,
    );
    assert.is(after.last(at("d1/value"))!.value, 100);
    assert.is(after.last(at("status"))!.state, "online");
    await until("live", () => log.at(-1) === "live");
  },
);

spec("two copies that go online in the same moment: one stays, the other falls silent", async (t) => {
  const { url } = await embedded(t);
  const one = link(t, url, { identity: { ...real, uid: "a" } });
  const two = link(t, url, { identity: { ...real, uid: "b" } });
  await until("one is silent", () => two.link.state === "silent");
  const reader = await probe(t, url, [at("status")]);
  await until("the other has its word back", () => reader.last(at("status"))?.uid === "a");
  await quietFor(100);
  assert.equal([one.link.state, two.link.state], ["live", "silent"]);
  assert.is(reader.last(at("status"))?.state, "online");
});

spec(
  "an emulated board whose id another one has is refused by name, and speaks when the other is gone",
  async (t) => {
    const { url } = await embedded(t);
    const first = link(t, url);
    await first.live();
    const named: unknown[] = [];
    const second = link(t, url, {
      identity: { ...emulated, uid: "laptop" },
      onProblem: (text, code) => named.push([code, text]),
    });
    await until("silent", () => second.link.state === "silent");
    const reason =
      'another board (uid desk) is online as "b", this one is laptop: give one of them another id';
    assert.equal(second.link.taken, { code: "board_id_taken", reason });
    assert.equal(named, [["board_id_taken", reason]]);
    await (await probe(t, url)).send(at("pump/set"), { on: true });
    await until("the first has the command", () => first.log.some((line) => line.startsWith("command pump")));
    assert.not(
      second.log.some((line) => line.startsWith("command")),
      "not both",
    );
    await first.link.close();
    await second.live();
    assert.is(second.link.taken, undefined);
  },
);

spec("a card that was copied with its uid shows by the machine", async (t) => {
  const { url } = await embedded(t);
  const first = link(t, url, { identity: { ...real, machine: "a" } });
  await first.live();
  const copy = link(t, url, { identity: { ...real, machine: "b" } });
  await until("silent", () => copy.link.state === "silent");
  assert.match(
    copy.problems[0]!,
    /^this board on another machine \(uid pi\) is online as "b".*a copied card\?/,
  );
  await quietFor(100);
  assert.is(first.link.state, "live");
});

spec("a silent board speaks again when the other was not heard for three repetitions", async (t) => {
  const { url } = await embedded(t);
  const ghost = await probe(t, url);
  await ghost.send(at("status"), { state: "online", ...real, uid: "ghost" }, true);
  const since: Record<string, number> = {};
  const onState = (state: string) => {
    since[state] = performance.now();
  };
  const copy = link(t, url, { identity: real, repeatMs: 100, onState });
  await until("silent", () => copy.link.state === "silent");
  await copy.live();
  // Nobody said anything in the meantime. Timers of Node may be a millisecond early.
  assert.ok(since.live! - since.silent! >= 295, JSON.stringify(since));
});

spec("topics of an earlier start that nobody says any more are cleared", async (t) => {
  const { url } = await embedded(t);
  const first = link(t, url);
  first.link.deviceState("old", { mode: "full" });
  first.link.deviceState("kept", { mode: "full" });
  await first.live();
  const reader = await probe(t, url, ["holdfast/#"]);
  await until(
    "both are there",
    () => reader.texts(at("old/state")).length > 0 && reader.texts(at("kept/state")).length > 0,
  );
  await first.link.close();
  const second = link(t, url, { repeatMs: 300, identity: { ...emulated, incarnation: 4 } });
  second.link.deviceState("kept", { mode: "full" });
  await until("the old topic is cleared", () => reader.texts(at("old/state")).at(-1) === "");
  assert.is(reader.last(at("kept/state"))?.mode, "full");
  assert.not(reader.texts(at("kept/state")).includes(""));
});

spec("events wait while the broker is away, the oldest make room and are counted", async (t) => {
  const { broker, url } = await embedded(t, await freePort());
  const { link: l, live } = link(t, url, { eventsKept: 5 });
  await live();
  await broker.close();
  await until("offline", () => l.state === "offline");
  for (let n = 0; n < 8; n++) l.event({ kind: "test", n });
  const { broker: again, url: elsewhere } = await embedded(t);
  const reader = await probe(t, elsewhere, [at("events")]);
  // It is back for the board when somebody listens.
  const sockets = new Set<Socket>();
  const wire = createServer((socket) => {
    sockets.add(socket);
    again.handle(socket);
  });
  await new Promise<void>((done) => wire.listen(broker.port, "127.0.0.1", done));
  t.defer(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => wire.close(done));
  });
  await until("six events", () => reader.seen.length >= 6);
  const events = reader.texts(at("events")).map((text) => JSON.parse(text));
  assert.equal(
    events.map(({ kind, n, count }) => (kind === "test" ? n : `${kind} ${count}`)),
    ["dropped 3", 3, 4, 5, 6, 7],
  );
  assert.is(l.counts.eventsDropped, 3);
});

spec("a lost connection publishes the will, and the board takes its word back when it returns", async (t) => {
  const { broker, url } = await embedded(t);
  const sockets = new Set<Socket>();
  const wire = createServer((socket) => {
    sockets.add(socket);
    broker.handle(socket);
  });
  await new Promise<void>((done) => wire.listen(0, "127.0.0.1", done));
  t.defer(() => new Promise((done) => wire.close(done)));
  const { live } = link(t, `mqtt://127.0.0.1:${(wire.address() as { port: number }).port}`);
  await live();
  const reader = await probe(t, url, [at("status")]);
  for (const socket of sockets) socket.destroy();
  await reader.waitFor("the will", ({ text }) => text.includes('"offline"'));
  await until("online", () => reader.last(at("status"))?.state === "online");
});

spec("a repeated command id is answered as done and carried out once", async (t) => {
  const { url } = await embedded(t);
  const { log, live, link: l } = link(t, url);
  await live();
  const user = await probe(t, url, [at("events"), at("pump/error")]);
  await user.send(at("pump/set"), { on: true, id: "a" });
  await user.send(at("pump/set"), { on: true, id: "a" });
  await user.waitFor("the answer", ({ text }) => text.includes('"repeated":true'));
  assert.is(log.filter((line) => line.startsWith("command")).length, 1);
  l.refuse("pump", { on: true, id: "a" }, 'the pump belongs to the controller "watering"');
  await user.waitFor("the refusal", ({ topic }) => topic === at("pump/error"));
  await user.send(at("pump/set"), { on: true, id: "a" });
  await until("carried out", () => log.filter((line) => line.startsWith("command")).length === 2);
});

spec("a flood of wrong commands is answered once a second", async (t) => {
  const { url } = await embedded(t);
  const { live, link: l } = link(t, url);
  await live();
  const user = await probe(t, url, [at("pump/error")]);
  await Promise.all(Array.from({ length: 300 }, () => user.send(at("pump/set"), "ON")));
  await until("all are refused", () => l.counts.commandsRefused === 300);
  await quietFor(50);
  assert.ok(user.seen.length <= 30, `${user.seen.length} answers`);
});

spec("a removed device leaves the broker and the index", async (t) => {
  const { url } = await embedded(t);
  const { live, link: l } = link(t, url, { publishEveryMs: 20 });
  l.deviceState("air", { mode: "full" });
  await live();
  const reader = await probe(t, url, ["holdfast/#"]);
  await until("the device", () => reader.last(at("air/state")) !== undefined);
  l.remove("air");
  await until("its clearing", () => reader.texts(at("air/state")).at(-1) === "");
  await until("the index", () => !(reader.last(at("index"))!.topics as string[]).includes(at("air/state")));
});

spec("the status document follows what is added to it and the clock", async (t) => {
  const { url } = await embedded(t);
  const { live, link: l } = link(t, url);
  await live();
  const reader = await probe(t, url, [at("status")]);
  l.status({ alarms: 2 });
  l.clock("synced");
  await until(
    "both",
    () => reader.last(at("status"))?.alarms === 2 && reader.last(at("status"))?.clock === "synced",
  );
  const count = () => reader.texts(at("status")).length;
  const before = count();
  l.clock("synced");
  l.clock("unsynced");
  await until("the change back", () => reader.last(at("status"))?.clock === "unsynced");
  assert.is(count(), before + 1, "what did not change was not published");
});

spec("a link to nowhere closes at once and leaves nothing open", async (t) => {
  const { broker, url } = await embedded(t);
  await broker.close();
  const closedMs = async () => {
    const { link: l } = link(t, url);
    l.event({ kind: "x" });
    await quietFor(50);
    const started = performance.now();
    await l.close();
    return performance.now() - started;
  };
  // The machine may stand still while one closes, not each time.
  let fastestMs = await closedMs();
  for (let tries = 1; tries < 5 && fastestMs >= 500; tries++) fastestMs = await closedMs();
  assert.ok(fastestMs < 500, `${fastestMs} ms`);
});

spec("broker, web server and link together leave no socket, server or timer behind", async (t) => {
  const before = process.getActiveResourcesInfo().length;
  const broker = await EmbeddedBroker.start({ port: 0 });
  const edge = await EdgeServer.start({
    port: 0,
    mqtt: { handle: (stream) => broker.handle(stream) },
    health: () => ({ ok: true }),
    metrics: () => "",
  });
  const { link: l, live } = link(t, `mqtt://127.0.0.1:${broker.port}`);
  await live();
  assert.ok(process.getActiveResourcesInfo().length > before);
  await l.close();
  await edge.close();
  await broker.close();
  await until("as before", () => process.getActiveResourcesInfo().length <= before + 1);
});
