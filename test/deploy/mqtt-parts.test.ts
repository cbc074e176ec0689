import * as assert from "uvu/assert";
import { Access } from "../../deploy/mqtt/access.ts";
import { Backoff } from "../../deploy/mqtt/backoff.ts";
import { brokerUrl, parseBrokerUrl, parseBrokerUrls } from "../../deploy/mqtt/broker-address.ts";
import { BrokerRound } from "../../deploy/mqtt/broker-round.ts";
import { EventRing } from "../../deploy/mqtt/event-ring.ts";
import { SeenIds } from "../../deploy/mqtt/seen-ids.ts";
import { judgeStatus } from "../../deploy/mqtt/status-watch.ts";
import { boardTopics, parseSetTopic } from "../../deploy/mqtt/topics.ts";
import { VersionChoice } from "../../deploy/mqtt/version-choice.ts";
import { nearestNames } from "../../deploy/nearest.ts";
import { spec } from "../harness/spec.ts";

spec("the back-off doubles its ceiling from a quarter of a second to ten seconds", () => {
  const latest = new Backoff(250, 10_000, () => 1);
  assert.equal(
    Array.from({ length: 7 }, () => latest.next()),
    [500, 1000, 2000, 4000, 8000, 10_000, 10_000],
  );
  latest.reset();
  assert.is(latest.next(), 500);
  const soonest = new Backoff(250, 10_000, () => 0);
  assert.equal([soonest.next(), soonest.next(), soonest.next()], [250, 250, 250]);
});

spec("an event stays until it was acknowledged", () => {
  const ring = new EventRing(10);
  const ends: ((error?: Error) => void)[] = [];
  const sent: string[] = [];
  const take = (room = 10) =>
    ring.take((payload, done) => {
      if (sent.length >= room) return false;
      sent.push(payload);
      ends.push(done);
      return true;
    });
  ring.push({ kind: "a" });
  ring.push({ kind: "b" });
  take(1);
  assert.equal(sent, ['{"kind":"a"}']);
  take();
  assert.equal(sent, ['{"kind":"a"}', '{"kind":"b"}']);
  ends[0]!(new Error("connection lost"));
  ends[1]!();
  assert.is(ring.size, 1);
  take();
  assert.equal(sent.slice(2), ['{"kind":"a"}']);
  ends[2]!();
  assert.is(ring.size, 0);
});

spec("a full ring drops the oldest events and says how many", () => {
  const ring = new EventRing(2);
  for (const n of [1, 2, 3, 4]) ring.push({ n });
  const sent: string[] = [];
  ring.take((payload) => {
    sent.push(payload);
    return true;
  });
  assert.equal(sent, ['{"kind":"dropped","count":2}', '{"n":3}', '{"n":4}']);
  assert.is(ring.dropped, 2);
});

spec("remembered ids are bounded in number and time", () => {
  const seen = new SeenIds(1000, 2);
  seen.add("a", 0);
  seen.add("b", 1);
  seen.add("c", 2);
  assert.equal(
    [seen.has("a", 2), seen.has("b", 2), seen.has("c", 2), seen.has("c", 1002)],
    [false, true, true, false],
  );
});

spec("the nearest names are few and near", () => {
  const names = ["pump", "lamp", "thermostat", "temperature"];
  assert.equal(nearestNames("pmup", names), ["pump"]);
  assert.equal(nearestNames("thermostt", names), ["thermostat"]);
  assert.equal(nearestNames("quite-else", names), []);
});

spec("topics have levels of small letters, digits, underscore and dash", () => {
  const topics = boardTopics("home/holdfast", "shed-1");
  assert.is(topics.reading("air", "temperature"), "home/holdfast/shed-1/air/temperature");
  assert.is(topics.timing("air"), "home/holdfast/shed-1/timing/air");
  for (const board of ["Shed", "a.b", "", "a b", "+", "#"])
    assert.throws(() => boardTopics("holdfast", board), /may only contain/);
  for (const root of ["/a", "a/", "a//b", "a/b/c/d/e", "$sys"])
    assert.throws(() => boardTopics(root, "b"), /may only contain/);
  assert.throws(() => topics.state("a/b"), /may only contain/);
});

spec("command topics are told apart", () => {
  assert.equal(parseSetTopic("r", "b", "r/b/pump/set"), { kind: "device", device: "pump" });
  assert.equal(parseSetTopic("r", "b", "r/b/world/pump/set"), { kind: "world", device: "pump" });
  assert.equal(parseSetTopic("r", "b", "r/b/world/set"), { kind: "device", device: "world" });
  for (const topic of ["r/b/set", "r/c/pump/set", "r/b/pump/get", "r/b/x/pump/set"])
    assert.is(parseSetTopic("r", "b", topic), undefined);
});

spec("a status is judged by who says it", () => {
  const own = { incarnation: 5, hardware: "emulated", uid: "me" } as const;
  const judge = (status: unknown, me: Parameters<typeof judgeStatus>[0] = own) =>
    judgeStatus(me, "b", Buffer.from(JSON.stringify(status) ?? "")).kind;
  const online = { state: "online", incarnation: 5, hardware: "emulated", uid: "me" };
  const real = { ...own, hardware: "linux" } as const;
  assert.is(judge(online), "fine");
  assert.is(judge({ ...online, state: "offline" }), "stale");
  assert.is(judge({ ...online, incarnation: 4 }), "stale");
  assert.is(judge({ ...online, incarnation: 6 }), "other");
  assert.is(judge({ ...online, uid: "you" }), "conflict");
  assert.is(judge({ ...online, hardware: "linux" }), "conflict");
  assert.is(judge({ ...online, hardware: "linux", uid: "you" }), "conflict");
  assert.is(judge({ ...online, hardware: "linux" }, real), "fine");
  assert.is(judge({ ...online, hardware: "linux", uid: "you" }, real), "conflict");
  assert.is(judge({ ...online, uid: "you" }, real), "stale");
  // The same id on another machine: its card was copied.
  const here = { ...real, machine: "here" };
  assert.is(judge({ ...online, hardware: "linux", machine: "here" }, here), "fine");
  assert.is(judge({ ...online, hardware: "linux", machine: "there" }, here), "conflict");
  assert.is(judge({ ...online, hardware: "linux" }, here), "fine", "a release that did not say it");
  assert.is(judge(undefined), "stale");
  assert.is(judge([1]), "stale");
  assert.is(judgeStatus(own, "b", Buffer.from([0xff, 0x00])).kind, "stale");
});

spec("a broker address is mqtt or mqtts and carries no login", () => {
  assert.equal(parseBrokerUrl("mqtt://broker"), { host: "broker", port: 1883, tls: false });
  assert.equal(parseBrokerUrl("mqtts://[::1]:9"), { host: "::1", port: 9, tls: true });
  assert.throws(() => parseBrokerUrl("http://broker"), /write mqtt:\/\/host:1883/);
  assert.throws(() => parseBrokerUrl("broker:1883"), /write mqtt:\/\/host:1883/);
  assert.throws(
    () => parseBrokerUrl("mqtt://me:secret@broker"),
    (error: Error) => !error.message.includes("secret"),
  );
});

spec("roles are found by login", () => {
  const access = new Access([
    { user: "eve", password: "look:me", role: "viewer" },
    { user: "otto", password: "drive", role: "operator" },
  ]);
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
  assert.is(access.role("eve", "look:me"), "viewer");
  assert.is(access.role("eve", "drive"), undefined);
  assert.is(access.roleOfHeader(basic("eve:look:me")), "viewer");
  assert.is(access.roleOfHeader(basic("otto:drive")), "operator");
  for (const header of [undefined, "", "Bearer x", "Basic !", basic("otto")])
    assert.is(access.roleOfHeader(header), undefined);
});

spec("several addresses are the nodes of one broker: the first, then the next after each that failed", () => {
  const round = new BrokerRound("mqtt://one,mqtts://two:8000,mqtt://[::1]:1884");
  const used = [0, 1, 2, 3].map(() => {
    const url = brokerUrl(round.current);
    round.next();
    return url;
  });
  assert.equal(used, ["mqtt://one:1883", "mqtts://two:8000", "mqtt://[::1]:1884", "mqtt://one:1883"]);
  assert.throws(() => parseBrokerUrls("mqtt://one,two"), /"two" is none: write mqtt:\/\/host:1883/);
  assert.throws(() => new BrokerRound(""), /"" is none/);
});

spec(
  "MQTT 5 is given up for a broker that says so, or twice closes before CONNACK, and comes back the same way",
  () => {
    const said = new VersionChoice();
    assert.is(said.refused(5), false, "not authorized says nothing about the version");
    assert.is(said.refused(132), true);
    assert.is(said.current, 4);
    assert.is(said.refused(1), false, "there is no other version left to try at once");

    const closing = new VersionChoice();
    assert.is(closing.closed(), true, "once may be a broker that is just ending");
    closing.understood();
    assert.is(closing.closed(), true);
    assert.is(closing.current, 5);
    assert.is(closing.closed(), true, "the same node, with 3.1.1");
    assert.is(closing.current, 4);
    assert.is(closing.closed(), true);
    assert.is(closing.closed(), false, "neither helped: another node");
    assert.is(closing.current, 5);
  },
);
