/** Logins at a real Mosquitto: passwords, certificates, and what people are told when they do not fit. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { EdgeServer } from "../../deploy/http/edge-server.ts";
import { Authority } from "../../deploy/keys/authority.ts";
import { mosquittoPasswordLine } from "../../deploy/keys/mosquitto-password.ts";
import { makeCertificate } from "../../deploy/keys/openssl.ts";
import { type LoginFiles, readBrokerLogin } from "../../deploy/mqtt/broker-login.ts";
import { MqttClient } from "../../deploy/mqtt/mqtt-client.ts";
import { holdfast } from "../end-to-end/command-line.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { aFile, aFolder } from "./keys/a-folder.ts";

const PASSWORD = "open-sesame";

/** A broker that knows one user, `greenhouse`; and his login. */
async function withPassword(t: SpecContext) {
  const folder = aFolder(t);
  const passwords = aFile(folder, "passwords", `${mosquittoPasswordLine("greenhouse", PASSWORD)}\n`);
  const broker = await mosquitto(t, [], ["allow_anonymous false", `password_file ${passwords}`]);
  const login = (password: string) => JSON.stringify({ user: "greenhouse", password });
  const credentials = aFile(folder, "login.json", login(PASSWORD));
  return { folder, broker, credentials, login };
}

/** A broker behind TLS with the authority's certificate for these hosts. */
async function withTls(t: SpecContext, hosts: readonly string[], more: readonly string[] = []) {
  const folder = aFolder(t);
  const authority = new Authority(folder);
  const { cert, key } = authority.broker(hosts);
  const broker = await mosquitto(
    t,
    [],
    [
      ...(more.length === 0 ? ["allow_anonymous true"] : more),
      `cafile ${authority.own.cert}`,
      `certfile ${cert}`,
      `keyfile ${key}`,
    ],
  );
  return { folder, authority, broker, url: `mqtts://localhost:${broker.port}`, ca: authority.own.cert };
}

/** A board's client with these files; the causes it was offline for. */
function client(t: SpecContext, url: string, files: LoginFiles) {
  const causes: string[] = [];
  const found = new MqttClient({
    url,
    clientId: "greenhouse",
    login: () => readBrokerLogin(files),
    subscriptions: ["a"],
    backoffMs: { min: 20, max: 80 },
    onConnect: () => {},
    onMessage: () => {},
    onOffline: (cause) => causes.push(cause),
  });
  t.defer(() => found.close());
  found.start();
  return { client: found, causes };
}

async function refused(t: SpecContext, url: string, files: LoginFiles): Promise<string> {
  const { client: found, causes } = client(t, url, files);
  await until("a refusal", () => causes.length > 0);
  assert.not(found.online);
  return causes[0]!;
}

spec("a board logs in with the password in its file, and again when the file was put right", async (t) => {
  const { broker, credentials, login } = await withPassword(t);
  assert.match(
    await refused(t, broker.url, {}),
    /the broker asks for a login, and there is none: "credentialsFile"/,
  );

  writeFileSync(credentials, login("guessed"));
  const board = client(t, broker.url, { credentials });
  await until("a refusal", () => board.causes.length > 0);
  assert.match(board.causes[0]!, /the broker refuses user "greenhouse" or its password/);
  assert.not.match(board.causes.join(), /guessed/);
  writeFileSync(credentials, login(PASSWORD));
  await until("online", () => board.client.online);
});

spec("a login that cannot be read keeps a board off the broker with its reason, until it can", async (t) => {
  const { broker, credentials, folder } = await withPassword(t);
  const late = join(folder, "late.json");
  const board = client(t, broker.url, { credentials: late });
  await until("two attempts", () => board.causes.length >= 2);
  assert.is(board.causes[0], `${late}: there is no such file`);
  writeFileSync(late, readFileSync(credentials), { mode: 0o600 });
  await until("online", () => board.client.online);
});

spec(
  "a board trusts the broker of its authority, under the names in the certificate, and no other",
  async (t) => {
    const { url, ca, broker } = await withTls(t, ["localhost"]);
    const { client: board } = client(t, url, { ca });
    await until("online", () => board.online);

    const { own } = new Authority(aFolder(t));
    assert.match(
      await refused(t, url, { ca: own.cert }),
      /the certificate of localhost is not signed by an authority that is trusted here: "tls": \{"ca"\}/,
    );
    assert.match(await refused(t, url, {}), /not signed by an authority that is trusted here/);
    assert.match(
      await refused(t, `mqtts://127.0.0.1:${broker.port}`, { ca }),
      /the certificate is not for 127\.0\.0\.1: address the broker by a name that is in it/,
    );
  },
);

spec(
  "a broker whose certificate has expired, or is not valid yet, is refused and the clock is named",
  async (t) => {
    for (const [valid, words] of [
      [{ from: "20200101000000Z", to: "20210101000000Z" }, /the certificate of localhost has expired/],
      [
        { from: "21200101000000Z", to: "21300101000000Z" },
        /not valid yet: its beginning is wrong, or the clock/,
      ],
    ] as const) {
      const folder = aFolder(t);
      const authority = new Authority(folder);
      const { key } = authority.board("other");
      const extensions = ["subjectAltName = DNS:localhost"];
      const issuer = { cert: authority.own.cert, key: authority.own.key };
      const text = makeCertificate({ name: "broker", key, extensions, issuer, valid });
      const cert = aFile(folder, "old.pem", text);
      const broker = await mosquitto(t, [], ["allow_anonymous true", `certfile ${cert}`, `keyfile ${key}`]);
      const url = `mqtts://localhost:${broker.port}`;
      assert.match(await refused(t, url, { ca: authority.own.cert }), words);
    }
  },
);

spec(
  "a broker that asks for certificates lets in those of its authority, and names their owners by them",
  async (t) => {
    const { url, ca, authority } = await withTls(
      t,
      ["localhost"],
      ["require_certificate true", "use_identity_as_username true"],
    );
    const { cert, key } = authority.board("greenhouse");
    const { client: board } = client(t, url, { ca, cert, key });
    await until("online", () => board.online);

    const stranger = new Authority(aFolder(t)).board("greenhouse");
    for (const files of [{ ca }, { ca, cert: stranger.cert, key: stranger.key }]) {
      const { client: found, causes } = client(t, url, files);
      await until("refusals", () => causes.length >= 2);
      assert.not(found.online);
      assert.match(causes.join("\n"), /the broker does not take our certificate, or asks for one/);
    }
  },
);

spec("TLS at a port without it is said so", async (t) => {
  const broker = await mosquitto(t);
  const cause = await refused(t, `mqtts://localhost:${broker.port}`, {});
  assert.match(cause, /localhost does not speak TLS at this port: mqtt:/);
});

spec(
  "the page reaches the broker with the board's login, or with one of its own, which is never replaced",
  async (t) => {
    const { broker, credentials } = await withPassword(t);
    const edge = await EdgeServer.start({
      port: 0,
      mqtt: { url: broker.url, login: () => readBrokerLogin({ credentials }) },
      health: () => ({ ok: true }),
      metrics: () => "",
    });
    t.defer(() => edge.close());
    const url = `ws://localhost:${edge.port}/mqtt`;
    for (const protocolVersion of [4, 5] as const) {
      const page = await probe(t, url, [`v${protocolVersion}`], { protocolVersion });
      await page.send(`v${protocolVersion}`, "hello");
      await page.waitFor("the message", ({ text }) => text === "hello");
    }
    await probe(t, url, [], { username: "greenhouse", password: PASSWORD });
    const wrong = await probe(t, url, [], { username: "greenhouse", password: "guess" }).then(
      () => "connected",
      (error: Error) => error.message,
    );
    assert.match(wrong, /Not authorized/i);
  },
);

spec(
  "the command line logs in with --credentials and --ca or the environment, and says what is wrong",
  async (t) => {
    const { broker, credentials } = await withPassword(t);
    const login = { username: "greenhouse", password: PASSWORD };
    const board = await probe(t, broker.url, [], login);
    await board.send("holdfast/greenhouse/status", { state: "online" }, true);
    await board.send(
      "holdfast/greenhouse/climate/temperature",
      { value: 21, unit: "°C", quality: "good" },
      true,
    );
    const get = (...words: string[]) => holdfast(t, ["get", "--url", broker.url, ...words]);
    const done = await get("--credentials", credentials);
    assert.is(done.code, 0, done.err);
    assert.match(done.out, /climate\.temperature +21 °C/);

    const nobody = await get();
    assert.is(nobody.code, 4);
    assert.match(nobody.err, /the broker asks for a login, and there is none: .*--credentials/);
    const missing = await get("--credentials", "/nowhere/login.json");
    assert.is(missing.code, 2);
    assert.match(missing.err, /\/nowhere\/login\.json: there is no such file/);
    const inUrl = await holdfast(t, [
      "get",
      "--url",
      `mqtt://greenhouse:${PASSWORD}@127.0.0.1:${broker.port}`,
    ]);
    assert.is(inUrl.code, 2);
    assert.match(inUrl.err, /carries a login.*--credentials names a file/);
    assert.not.match(inUrl.err, PASSWORD);

    const tls = await withTls(t, ["localhost"]);
    const plain = await holdfast(t, ["get", "--url", tls.url]);
    assert.is(plain.code, 4);
    assert.match(plain.err, /not signed by an authority that is trusted here.*--ca/);
    const trusted = await holdfast(t, ["get", "--url", tls.url, "--ca", tls.ca]);
    assert.match(trusted.err, /no board is online on this broker/);
  },
  { limitMs: 60_000 },
);
