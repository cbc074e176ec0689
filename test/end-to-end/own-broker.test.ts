/** A board whose own broker lets the network in: certificates and logins as the command line makes them. */
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { readBrokerLogin } from "../../deploy/mqtt/broker-login.ts";
import { demoWith, patient } from "../deploy/demo-board.ts";
import { aFile, aFolder } from "../deploy/keys/a-folder.ts";
import { freePort } from "../harness/free-port.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { Board } from "./board.ts";
import { holdfast } from "./command-line.ts";
import { CONTROLLERS, DEVICES, LINE } from "./greenhouse.ts";

/** The keys of a small fleet, and the section for the board that hosts its broker. */
async function fleet(t: SpecContext) {
  const folder = join(aFolder(t), "keys");
  const made = [
    await holdfast(t, ["keys", "tls", "--broker", "localhost", "--out", folder]),
    await holdfast(t, [
      "keys",
      "acl",
      "pump-house",
      "--operators",
      "otto",
      "--viewers",
      "vera",
      "--out",
      folder,
    ]),
  ];
  for (const { code, err } of made) is(code, 0, err);
  const at = (name: string) => join(folder, name);
  const port = await freePort();
  const listen = {
    ...{ host: "127.0.0.1", port, usersFile: at("users.json") },
    tls: { cert: at("broker.pem"), key: at("broker.key") },
  };
  return { folder, at, listen, url: `mqtts://localhost:${port}` };
}

spec(
  "a board lets a fleet use its broker: a viewer reads, an operator commands, and what is refused is told",
  async (t) => {
    const { at, listen, url } = await fleet(t);
    const config = demoWith(["mqtt.listen", listen], ...patient(DEVICES, CONTROLLERS));
    const board = await Board.launch({ config });
    t.defer(() => board.discard());
    await board.joinWorld();
    await board.inService();
    await board.joinMqtt();
    const ca = readFileSync(at("authority.pem"));
    const as = (user: string, filters: readonly string[]) => {
      const login = readBrokerLogin({ credentials: at(`${user}.login.json`) });
      return probe(t, url, filters, { ca, username: login.user!, password: login.password! });
    };

    const vera = await as("vera", ["holdfast/#"]);
    await until("readings", () => vera.last("holdfast/greenhouse/climate/temperature") !== undefined, 8000);
    const mark = board.mark;
    await vera.send("holdfast/greenhouse/led/set", { on: true }).catch(() => {});
    const refused = await board.waitForEvent("refused", undefined, mark);
    const { by, what, user, topic, reason } = refused;
    equal(
      { by, what, user, topic, reason },
      {
        by: "broker",
        what: "publish",
        user: "vera",
        topic: "holdfast/greenhouse/led/set",
        reason: "vera (viewer) may not publish on holdfast/greenhouse/led/set",
      },
    );
    const pumpHouse = await as("pump-house", []);
    await pumpHouse.send("holdfast/greenhouse/status", { state: "offline" }, true).catch(() => {});
    is(board.last("status")?.state, "online", "no board speaks for another");

    const words = ["--url", url, "--ca", at("authority.pem"), "--credentials"];
    const set = await holdfast(t, ["set", "led", "on", ...words, at("otto.login.json")]);
    is(set.code, 0, set.err);
    await board.witness.waitUntil(LINE.led, 1);
    const stranger = await holdfast(t, ["get", "--url", url, "--ca", at("authority.pem")]);
    is(stranger.code, 4);
    match(stranger.err, /the broker asks for a login/);

    const { network, brokerRefused } = await board.health();
    equal(network, { port: listen.port });
    const { login, publish } = brokerRefused as Record<string, number>;
    equal({ login, publish }, { login: 1, publish: 2 });
    const metrics = await (await fetch(`${board.pageUrl}metrics`)).text();
    match(metrics, /^holdfast_broker_refused_total\{board="greenhouse",kind="publish"\} 2$/m);
    await board.stop();
  },
  { limitMs: 90_000 },
);

spec(
  "a board whose list of users others may read is not started, and the file is named",
  async (t) => {
    const { folder, at, listen } = await fleet(t);
    chmodSync(at("users.json"), 0o644);
    const file = aFile(folder, "board.config.json", demoWith(["mqtt.listen", listen]));
    const { code, err } = await holdfast(t, [
      "run",
      file,
      "--http-port",
      "0",
      "--mqtt-port",
      "0",
      "--state",
      at("state"),
    ]);
    is(code, 2);
    match(err, `holdfast: ${at("users.json")}: others may read or write it (mode 0644)`);
  },
  { limitMs: 20_000 },
);
