/** What `holdfast keys acl` writes, at the brokers it is written for: Mosquitto and the board's own do the same with it. */
import { appendFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Authority } from "../../../deploy/keys/authority.ts";
import { fleetLogins, writeBrokerFiles } from "../../../deploy/keys/fleet-logins.ts";
import { mosquittoPasswordLine } from "../../../deploy/keys/mosquitto-password.ts";
import { readBrokerLogin } from "../../../deploy/mqtt/broker-login.ts";
import { EmbeddedBroker } from "../../../deploy/mqtt/embedded-broker.ts";
import type { ToldRefusal } from "../../../deploy/mqtt/refusals.ts";
import { DEFAULT_PLACES, type Role } from "../../../deploy/mqtt/rights.ts";
import { readUsers } from "../../../deploy/mqtt/users-file.ts";
import { mosquitto } from "../../harness/mosquitto.ts";
import { type MqttProbe, probe } from "../../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { quietFor, until } from "../../harness/until.ts";
import { aFolder } from "./a-folder.ts";

const FLEET: readonly (readonly [user: string, role: Role])[] = [
  ["greenhouse", "board"],
  ["pump-house", "board"],
  ["otto", "operator"],
  ["vera", "viewer"],
  ["ha", "homeAssistant"],
];

function made(folder: string) {
  const logins = fleetLogins(folder, FLEET);
  return { logins, files: writeBrokerFiles(folder, logins, DEFAULT_PLACES) };
}

interface Fleet {
  readonly url: string;
  /** Sees and may do everything. */
  readonly all: MqttProbe;
  readonly as: (
    user: string,
    filters?: readonly string[],
    options?: Parameters<typeof probe>[3],
  ) => Promise<MqttProbe>;
  /** What it told of what it refused; Mosquitto tells nobody. */
  readonly told: ToldRefusal[];
  readonly counts?: () => Readonly<Record<string, number>>;
}

function clients(t: SpecContext, folder: string, url: string) {
  return (user: string, filters: readonly string[] = [], options: Parameters<typeof probe>[3] = {}) => {
    const login = readBrokerLogin({ credentials: join(folder, `${user}.login.json`) });
    return probe(t, url, filters, { ...options, username: login.user!, password: login.password! });
  };
}

async function atMosquitto(t: SpecContext): Promise<Fleet> {
  const folder = aFolder(t);
  made(folder);
  const at = (name: string) => join(folder, name);
  appendFileSync(at("mosquitto.passwd"), `${mosquittoPasswordLine("all", "all")}\n`);
  appendFileSync(at("mosquitto.acl"), "\nuser all\ntopic readwrite #\n");
  const { url } = await mosquitto(
    t,
    [],
    ["allow_anonymous false", `password_file ${at("mosquitto.passwd")}`, `acl_file ${at("mosquitto.acl")}`],
  );
  const all = await probe(t, url, ["#"], { username: "all", password: "all" });
  return { url, all, as: clients(t, folder, url), told: [] };
}

async function atOurOwn(t: SpecContext): Promise<Fleet> {
  const folder = aFolder(t);
  made(folder);
  const told: ToldRefusal[] = [];
  const broker = await EmbeddedBroker.start({ port: 0, onRefused: (refusal) => told.push(refusal) });
  t.defer(() => broker.close());
  const credentials = readUsers(join(folder, "users.json"));
  const port = await broker.openToNetwork({ host: "127.0.0.1", port: 0, credentials });
  const url = `mqtt://127.0.0.1:${port}`;
  const all = await probe(t, `mqtt://127.0.0.1:${broker.port}`, ["#"]);
  return { url, all, as: clients(t, folder, url), told, counts: () => broker.refused };
}

/** Each of these arrives, or does not. */
const PUBLICATIONS: readonly (readonly [user: string, topic: string, arrives: boolean])[] = [
  ["greenhouse", "holdfast/greenhouse/climate/temperature", true],
  ["greenhouse", "holdfast/pump-house/link/greenhouse", true],
  ["greenhouse", "homeassistant/device/abc/config", true],
  ["greenhouse", "holdfast/pump-house/status", false],
  ["greenhouse", "holdfast/pump-house/pump/set", false],
  ["greenhouse", "holdfast/pump-house/link/another", false],
  ["otto", "holdfast/pump-house/pump/set", true],
  ["otto", "holdfast/pump-house/world/soil/set", true],
  ["otto", "holdfast/pump-house/status", false],
  ["otto", "holdfast/pump-house/link/set", false],
  ["vera", "holdfast/pump-house/pump/set", false],
  ["vera", "holdfast/vera/status", false],
  ["ha", "homeassistant/status", true],
  ["ha", "holdfast/pump-house/pump/set", true],
  ["ha", "homeassistant/device/abc/config", false],
];
/** What each hears of these, subscribed to everything. */
const SAID = [
  ..."holdfast/greenhouse/status holdfast/greenhouse/climate/temperature holdfast/greenhouse/link/pump-house".split(
    " ",
  ),
  ..."holdfast/pump-house/status holdfast/pump-house/pump/set homeassistant/status elsewhere".split(" "),
];
const HEARD: readonly (readonly [user: string, topics: readonly number[]])[] = [
  ["greenhouse", [0, 1, 2, 3, 5]],
  ["otto", [0, 1, 3, 4]],
  ["vera", [0, 1, 3, 4]],
  ["ha", [0, 1, 3, 4, 5]],
];

for (const [name, start] of [
  ["Mosquitto", atMosquitto],
  ["the board's own broker", atOurOwn],
] as const) {
  spec(
    `${name} lets each of a fleet say what is his: no board as another, no viewer anything`,
    async (t) => {
      const { all, as } = await start(t);
      for (const [user] of FLEET) {
        const client = await as(user);
        const own = PUBLICATIONS.filter(([who]) => who === user);
        for (const [, topic] of own) {
          // Refused publications are acknowledged or not, as the broker likes; what counts is who hears them.
          client.client.publish(topic, user, { qos: 1 }, () => {});
        }
        const expected = own.filter(([, , arrives]) => arrives).map(([, topic]) => `${user} ${topic}`);
        const heard = () =>
          all.seen.filter(({ text }) => text === user).map(({ topic, text }) => `${text} ${topic}`);
        await until(`what ${user} may say`, () => heard().length >= expected.length);
        await quietFor(50);
        assert.equal(heard().sort(), expected.sort(), user);
      }
    },
    { limitMs: 20_000 },
  );

  spec(`${name} lets each of a fleet hear what is his, whatever he subscribes to`, async (t) => {
    const { all, as } = await start(t);
    for (const [user, topics] of HEARD) {
      const client = await as(user, ["#"]);
      for (const topic of SAID) await all.send(topic, user);
      await client.waitFor("the last", ({ topic }) => topic === SAID[topics.at(-1)!]);
      await quietFor(50);
      assert.equal(
        client.seen.map(({ topic }) => topic),
        topics.map((at) => SAID[at]),
        user,
      );
    }
  });

  spec(`${name} keeps what is retained from those it is not for, too`, async (t) => {
    const { all, as } = await start(t);
    for (const topic of SAID) await all.send(topic, "kept", true);
    for (const [user, topics] of HEARD) {
      const client = await as(user, ["#"]);
      await until(`what ${user} may read`, () => client.seen.length >= topics.length);
      await quietFor(50);
      const expected = topics.map((at) => SAID[at]!).sort();
      assert.equal(client.seen.map(({ topic }) => topic).sort(), expected, user);
      assert.ok(client.seen.every(({ retain }) => retain));
    }
  });

  spec(`${name} publishes no will that its client had no right to`, async (t) => {
    const { all, as } = await start(t);
    const will = (topic: string) => ({
      will: { topic, payload: Buffer.from("gone"), qos: 1 as const, retain: true },
    });
    const cut = async (user: string, topic: string) => {
      // Mosquitto may refuse the connection at once.
      const client = await as(user, [], will(topic)).catch(() => undefined);
      (client?.client.stream as { destroy(): void } | undefined)?.destroy();
    };
    await cut("vera", "holdfast/greenhouse/status");
    await cut("otto", "holdfast/greenhouse/pump/set");
    await cut("pump-house", "holdfast/greenhouse/status");
    await cut("greenhouse", "holdfast/greenhouse/status");
    await all.waitFor("the will of its owner", ({ text }) => text === "gone");
    await quietFor(100);
    const wills = all.seen.filter(({ text }) => text === "gone").map(({ topic }) => topic);
    // Mosquitto cannot tell a retained command; a board refuses it.
    const expected = name === "Mosquitto" ? ["holdfast/greenhouse/pump/set"] : [];
    assert.equal(wills, [...expected, "holdfast/greenhouse/status"]);
  });

  spec(`${name} lets in nobody without a login of the fleet`, async (t) => {
    const { url } = await start(t);
    for (const login of [{}, { username: "vera", password: "guess" }, { username: "vera" }]) {
      const answer = await probe(t, url, [], login).then(
        () => "in",
        (error: Error) => error.message,
      );
      assert.match(answer, /refused|Not authorized/i);
    }
  });
}

spec(
  "at Mosquitto a certificate is as good as a password: its name is the user that rights are for",
  async (t) => {
    const folder = aFolder(t);
    made(folder);
    const at = (name: string) => join(folder, name);
    appendFileSync(at("mosquitto.acl"), "\nuser watcher\ntopic readwrite #\n");
    const authority = new Authority(folder);
    const { cert, key } = authority.broker(["localhost"]);
    const broker = await mosquitto(
      t,
      [],
      [
        "require_certificate true",
        "use_identity_as_username true",
        `acl_file ${at("mosquitto.acl")}`,
        `cafile ${authority.own.cert}`,
        `certfile ${cert}`,
        `keyfile ${key}`,
      ],
    );
    const as = (id: string, filters: readonly string[] = []) => {
      const own = authority.board(id);
      const { tls } = readBrokerLogin({ ca: authority.own.cert, cert: own.cert, key: own.key });
      return probe(t, `mqtts://localhost:${broker.port}`, filters, tls as object);
    };
    const watcher = await as("watcher", ["#"]);
    const greenhouse = await as("greenhouse");
    greenhouse.client.publish("holdfast/pump-house/status", "forged", { qos: 1 }, () => {});
    greenhouse.client.publish("holdfast/greenhouse/status", "own", { qos: 1 }, () => {});
    await watcher.waitFor("its own", ({ text }) => text === "own");
    await quietFor(50);
    assert.equal(
      watcher.seen.map(({ text }) => text),
      ["own"],
    );
  },
);

spec("the board's own broker counts what it refuses, and tells who, what and where", async (t) => {
  const { as, told, counts, url } = await atOurOwn(t);
  const vera = await as("vera", ["#"]);
  const sent = (topic: string, retain = false) =>
    vera.send(topic, "x", retain).then(
      () => "taken",
      () => "refused",
    );
  assert.is(await sent("holdfast/greenhouse/pump/set"), "refused");
  const otto = await as("otto");
  await otto.send("holdfast/greenhouse/pump/set", "x", true).catch(() => {});
  await probe(t, url, [], { username: "vera", password: "guess", clientId: "me" }).catch(() => {});
  await until("three refusals", () => told.length >= 3);
  assert.equal(
    told.map(({ kind, user, topic, reason }) => [kind, user, topic, reason]),
    [
      [
        "publish",
        "vera",
        "holdfast/greenhouse/pump/set",
        "vera (viewer) may not publish on holdfast/greenhouse/pump/set",
      ],
      [
        "publish",
        "otto",
        "holdfast/greenhouse/pump/set",
        "otto (operator) may not publish on holdfast/greenhouse/pump/set with the retain flag",
      ],
      ["login", undefined, undefined, "wrong user name or password"],
    ],
  );
  const { login, publish, room } = counts!();
  assert.equal({ login, publish, room }, { login: 1, publish: 2, room: 0 });
});

spec("a user cannot end another's connection by taking its client id", async (t) => {
  const { as, url, all } = await atOurOwn(t);
  const vera = await as("vera", ["holdfast/#"]);
  const { clientId } = vera.client.options;
  const otto = await as("otto");
  const { username, password } = otto.client.options;
  const answer = await probe(t, url, [], {
    username: username!,
    password: password!,
    clientId: clientId!,
  }).then(
    () => "in",
    (error: Error) => error.message,
  );
  assert.match(answer, /refused/i);
  await all.send("holdfast/greenhouse/status", "still there");
  await vera.waitFor("the status", ({ text }) => text === "still there");
});

spec("logins are kept, and files of the broker change only with them", (t) => {
  const folder = aFolder(t);
  const first = made(folder);
  const bytes = () => readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const before = bytes();
  const second = made(folder);
  assert.equal(bytes(), before);
  assert.ok(first.logins.every((login) => login.made));
  assert.ok(second.logins.every((login) => !login.made));
  for (const { file } of second.logins) assert.is(statSync(file).mode & 0o777, 0o600, file);
  for (const name of ["mosquitto.passwd", "users.json"])
    assert.is(statSync(join(folder, name)).mode & 0o777, 0o600, name);

  const more = fleetLogins(folder, [["barn", "board"]]);
  assert.is(more.length, FLEET.length + 1, "those that were there are not forgotten");
  writeBrokerFiles(folder, more, DEFAULT_PLACES);
  assert.match(readFileSync(join(folder, "mosquitto.acl"), "utf8"), /user barn\n/);
  const lines = readFileSync(join(folder, "mosquitto.passwd"), "utf8");
  for (const line of before.find((text) => text.startsWith("greenhouse:$7$"))!.split("\n"))
    assert.ok(lines.includes(line), "the same salts");
  const secrets = first.logins.map(({ password }) => password);
  for (const name of ["mosquitto.passwd", "mosquitto.acl", "users.json"])
    assert.ok(
      secrets.every((secret) => !readFileSync(join(folder, name), "utf8").includes(secret)),
      name,
    );
});

spec("a login that would get other rights, or a name that is none, is refused", (t) => {
  const folder = aFolder(t);
  made(folder);
  assert.throws(
    () => fleetLogins(folder, [["vera", "operator"]]),
    /it is of role viewer, not operator; move it away/,
  );
  for (const user of ["", "a:b", "A", "a/b", "#", "a\nuser b"])
    assert.throws(() => fleetLogins(folder, [[user, "viewer"]]), /is no name of a login; allowed are/);
});

spec("a fleet that takes every place leaves a quarter of them to the board itself", async (t) => {
  const folder = aFolder(t);
  made(folder);
  const broker = await EmbeddedBroker.start({ port: 0, maxClients: 8 });
  t.defer(() => broker.close());
  const credentials = readUsers(join(folder, "users.json"));
  const port = await broker.openToNetwork({ host: "127.0.0.1", port: 0, credentials });
  const as = clients(t, folder, `mqtt://127.0.0.1:${port}`);
  for (let at = 0; at < 6; at++) await as("vera");
  const refused = await as("vera").then(
    () => "in",
    (error: Error) => error.message,
  );
  assert.match(refused, /refused/i);
  for (let at = 0; at < 2; at++) await probe(t, `mqtt://127.0.0.1:${broker.port}`);
  assert.is(broker.refused.room, 1);
});
