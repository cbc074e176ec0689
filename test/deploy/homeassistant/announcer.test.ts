import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { announcedFile, keptAnnounced } from "../../../deploy/board/kept-announced.ts";
import { type AnnouncedMemory, Announcer } from "../../../deploy/homeassistant/announcer.ts";
import type { Component, Platform } from "../../../deploy/homeassistant/component.ts";
import type { Announcement } from "../../../deploy/homeassistant/discovery.ts";
import { spec } from "../../harness/spec.ts";
import { until } from "../../harness/until.ts";

type Told = Readonly<Record<string, Platform>>;

const topicOf = (device: string) => `ha/device/${device}/config`;

function announcement(device: string, platforms: Told): Announcement {
  const components = Object.entries(platforms).map(([id, platform]): [string, Component] => [
    id,
    { platform, unique_id: `${device}_${id}`, name: id, qos: 1 },
  ]);
  return { topic: topicOf(device), platforms, document: { components: Object.fromEntries(components) } };
}

/** What is remembered, in the test's hands. */
function memoryOf(known: Readonly<Record<string, Told>> = {}) {
  const told = new Map(Object.entries(known));
  const memory: AnnouncedMemory = {
    get topics() {
      return [...told.keys()];
    },
    of: (topic) => told.get(topic),
    keep: (topic, platforms) =>
      void (platforms === undefined ? told.delete(topic) : told.set(topic, platforms)),
  };
  return { memory, known: () => Object.fromEntries(told) };
}

const RELAY: Told = { switch_on: "switch" };
const PAIR = [announcement("relay", RELAY), announcement("air", { sensor_t: "sensor" })];

function started(options: {
  announcements?: readonly Announcement[];
  known?: Readonly<Record<string, Told>>;
  random?: number;
}) {
  const { announcements = PAIR, known, random = 0.5 } = options;
  const { memory, known: remembered } = memoryOf(known);
  const problems: string[] = [];
  let nowMs = 0;
  const announcer = new Announcer({
    prefix: "ha",
    announcements,
    memory,
    now: () => nowMs,
    random: () => random,
    onProblem: (text) => problems.push(text),
  });
  const acknowledge: ((error?: Error) => void)[] = [];
  return {
    announcer,
    remembered,
    problems,
    /** Ends the oldest publication that is under way. */
    ended: (error?: Error) => acknowledge.shift()!(error),
    /** What is said at a time: device and entities; an entity without an id is one that is taken back. */
    at(ms: number, room = Number.POSITIVE_INFINITY): string[] {
      nowMs = ms;
      const said: string[] = [];
      announcer.take(({ topic, payload }, done) => {
        if (said.length >= room) return false;
        acknowledge.push(done);
        const device = topic.split("/")[2];
        const { components = {} } = payload === "" ? {} : JSON.parse(payload);
        const entities = Object.entries(components as Record<string, Partial<Component>>).map(
          ([id, { unique_id }]) => (unique_id === undefined ? `-${id}` : id),
        );
        said.push(`${device}: ${payload === "" ? "gone" : entities.join(" ")}`);
        return true;
      });
      return said;
    },
    birth: (text = "online") => announcer.received(Buffer.from(text)),
  };
}

spec("everything is told once on each connection, and as fast as there is room", () => {
  const a = started({});
  assert.equal(a.announcer.filters, ["ha/status"]);
  assert.is(a.announcer.nextAtMs, undefined);
  assert.equal(a.at(0), []);
  a.announcer.live();
  assert.is(a.announcer.nextAtMs, 0);
  assert.equal(a.at(0, 1), ["relay: switch_on"]);
  assert.equal(a.at(0, 0), []);
  assert.equal(a.at(0), ["air: sensor_t"]);
  assert.is(a.announcer.nextAtMs, undefined);
  assert.equal(a.at(3_600_000), [], "retained messages need no repetition");
  a.announcer.live();
  assert.equal(a.at(3_600_000), ["relay: switch_on", "air: sensor_t"]);
});

spec("when Home Assistant is born all is told again, after 1 to 6 s that chance picks", () => {
  for (const [random, atMs] of [
    [0, 1000],
    [0.5, 3500],
    [0.999, 5995],
  ] as const) {
    const a = started({ random });
    a.announcer.live();
    a.at(0);
    a.birth();
    assert.is(a.announcer.nextAtMs, atMs);
    assert.equal(a.at(atMs - 1), []);
    assert.equal(a.at(atMs), ["relay: switch_on", "air: sensor_t"]);
    assert.equal(a.at(atMs + 60_000), []);
  }
});

spec("births that come in a flood are answered once, goodbyes and nonsense never", () => {
  const a = started({ random: 0 });
  a.announcer.live();
  a.at(0);
  for (let i = 0; i < 1000; i++) a.birth();
  assert.equal(a.at(1000), ["relay: switch_on", "air: sensor_t"]);
  for (const text of ["offline", "", "ONLINE", "online ".repeat(1000)]) a.birth(text);
  assert.is(a.announcer.nextAtMs, undefined);
});

spec("a birth while the first telling is under way doubles nothing", () => {
  const a = started({ random: 0 });
  a.announcer.live();
  a.at(0, 1);
  a.birth();
  assert.equal(a.at(1000), ["air: sensor_t", "relay: switch_on"]);
  assert.equal(a.at(2000), []);
});

spec("a device that is no more on the board is taken back, and forgotten when the broker has it", () => {
  const a = started({ known: { [topicOf("pump")]: RELAY, [topicOf("relay")]: RELAY } });
  a.announcer.live();
  assert.equal(a.at(0), ["pump: gone", "relay: switch_on", "air: sensor_t"]);
  assert.ok(topicOf("pump") in a.remembered(), "the broker may not have it yet");
  a.ended();
  assert.equal(Object.keys(a.remembered()).sort(), [topicOf("air"), topicOf("relay")]);
  a.announcer.live();
  assert.equal(a.at(1), ["relay: switch_on", "air: sensor_t"]);
});

spec("an entity that a device has no more is taken back in the message that tells of the device", () => {
  const known = { [topicOf("relay")]: { switch_on: "switch", sensor_power: "sensor" } } as const;
  const a = started({ known, announcements: [PAIR[0]!] });
  a.announcer.live();
  assert.equal(a.at(0), ["relay: switch_on -sensor_power"]);
  assert.equal(a.remembered(), known, "until it is acknowledged");
  a.ended();
  assert.equal(a.remembered(), { [topicOf("relay")]: RELAY });
});

spec("what a lost connection swallowed is told again on the next, and is no problem", () => {
  const a = started({ known: { [topicOf("pump")]: RELAY } });
  a.announcer.live();
  a.at(0);
  for (let i = 0; i < 3; i++) a.ended(new Error("connection lost"));
  assert.ok(topicOf("pump") in a.remembered());
  assert.equal(a.problems, []);
  a.announcer.live();
  assert.equal(a.at(1), ["pump: gone", "relay: switch_on", "air: sensor_t"]);
});

spec("a broker that refuses is told of by name", () => {
  const a = started({});
  a.announcer.live();
  a.at(0);
  a.ended(Object.assign(new Error("Not authorized"), { code: 135 }));
  assert.equal(a.problems, ["the broker refused ha/device/relay/config for Home Assistant: Not authorized"]);
});

spec(
  "what will be told is remembered before it is, and what was told when the section is gone is taken back",
  () => {
    const first = started({});
    first.announcer.live();
    assert.equal(
      Object.keys(first.remembered()),
      [topicOf("relay"), topicOf("air")],
      "nothing was said so far",
    );
    const { memory, known } = memoryOf(first.remembered());
    const later = new Announcer({ announcements: [], memory, now: () => 0 });
    assert.equal(later.filters, []);
    later.live();
    const said: string[] = [];
    later.take(({ topic, payload }, done) => {
      said.push(`${topic} ${payload}`);
      done();
      return true;
    });
    assert.equal(said, [`${topicOf("relay")} `, `${topicOf("air")} `]);
    assert.equal(known(), {});
  },
);

spec("what was told lies in the state folder, and a file that is damaged counts as none", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-announced-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const file = announcedFile(folder, "b");
  const memory = keptAnnounced(file);
  assert.equal(memory.topics, []);
  memory.keep(topicOf("relay"), RELAY);
  await until("it is written", () => existsSync(file) && readFileSync(file, "utf8").includes("switch_on"));
  const again = keptAnnounced(file);
  assert.equal(again.topics, [topicOf("relay")]);
  assert.equal(again.of(topicOf("relay")), RELAY);
  for (const text of ['{"ha/dev', "[]", '{"t":{"a":"fan"}}', '{"t":7}']) {
    writeFileSync(file, text);
    assert.equal(keptAnnounced(file).topics, [], text);
  }
});
