/** Strangers at a board's own broker: what they try costs others nothing, and is counted. */
import { connect } from "node:net";
import * as assert from "uvu/assert";
import { EmbeddedBroker } from "../../deploy/mqtt/embedded-broker.ts";
import type { Refusal, ToldRefusal } from "../../deploy/mqtt/refusals.ts";
import { Refusals } from "../../deploy/mqtt/refusals.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";

const VERA = { user: "vera", role: "viewer", password: "look" } as const;

async function open(t: SpecContext, maxClients = 8) {
  const told: ToldRefusal[] = [];
  const broker = await EmbeddedBroker.start({
    port: 0,
    maxClients,
    onRefused: (refusal) => told.push(refusal),
  });
  t.defer(() => broker.close());
  const port = await broker.openToNetwork({ host: "127.0.0.1", port: 0, credentials: [VERA] });
  const here = `mqtt://127.0.0.1:${broker.port}`;
  return { broker, told, port, here, url: `mqtt://127.0.0.1:${port}` };
}

spec("strangers who connect and say nothing take no place from programs of this machine", async (t) => {
  const { port, here } = await open(t);
  let ended = 0;
  for (let at = 0; at < 60; at++) {
    const stranger = connect(port, "127.0.0.1");
    stranger.on("error", () => {});
    stranger.once("close", () => ended++);
    t.defer(() => stranger.destroy());
  }
  await until("those beyond the bound are sent away", () => ended >= 52);
  const reader = await probe(t, here, ["a"]);
  await reader.send("a", "hello");
  await reader.waitFor("an echo", ({ text }) => text === "hello");
});

spec("whoever guesses passwords is refused and counted each time, and told of a few times", async (t) => {
  const { broker, told, url, here } = await open(t);
  const guesses = 40;
  for (let at = 0; at < guesses; at++) {
    const answer = await probe(t, url, [], { username: "vera", password: `guess ${at}` }).then(
      () => "in",
      () => "refused",
    );
    assert.is(answer, "refused");
  }
  assert.is(broker.refused.login, guesses);
  assert.ok(told.length >= 5 && told.length < guesses / 2, `${told.length} were told`);
  assert.ok(
    told.every(({ reason }) => !reason.includes("guess")),
    "no password is told",
  );
  await probe(t, here);
  await probe(t, url, [], { username: "vera", password: VERA.password });
});

spec("a viewer's flood of publications is refused whole; what others say arrives", async (t) => {
  const { broker, told, url, here } = await open(t);
  const reader = await probe(t, here, ["holdfast/#"]);
  const vera = await probe(t, url, [], { username: "vera", password: VERA.password });
  const flood = 500;
  for (let at = 0; at < flood; at++) {
    vera.client.publish("holdfast/greenhouse/pump/set", '{"on":true}', { qos: 0 });
    vera.client.publish("holdfast/greenhouse/status", "", { qos: 0, retain: true });
  }
  await until("all of it is refused", () => broker.refused.publish === 2 * flood);
  await reader.send("holdfast/greenhouse/status", "online", true);
  await reader.waitFor("the status", ({ text }) => text === "online");
  assert.is(reader.seen.length, 1);
  assert.ok(told.length < 20, `${told.length} were told`);
});

spec("what was not told is in the next that is, and words of strangers are cut", () => {
  let nowMs = 0;
  const told: ToldRefusal[] = [];
  const refusals = new Refusals(
    () => nowMs,
    (refusal) => told.push(refusal),
  );
  const login = {
    kind: "login",
    client: "x".repeat(300),
    reason: "wrong user name or password",
  } satisfies Refusal;
  for (let at = 0; at < 12; at++) refusals.add(login);
  assert.equal(
    told.map(({ untold }) => untold),
    [0, 0, 0, 0, 0],
  );
  nowMs = 1000;
  refusals.add(login);
  refusals.add(login);
  assert.equal(
    told.slice(5).map(({ untold }) => untold),
    [7],
  );
  assert.is(told[0]!.client.length, 64);
  refusals.add({ ...login, kind: "read" });
  assert.equal(refusals.counts, { login: 14, publish: 0, read: 1, room: 0 });
  assert.is(told.length, 6, "nothing else was told");
});
