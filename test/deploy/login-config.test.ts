import * as assert from "uvu/assert";
import { listenPlan } from "../../deploy/config/listen-schema.ts";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { loginFiles } from "../../deploy/config/login-schema.ts";
import { boardPlan } from "../../deploy/config/plan.ts";
import { spec } from "../harness/spec.ts";
import { type Change, demoWith } from "./demo-board.ts";

const found = (...changes: readonly Change[]) => parseConfig(demoWith(...changes));
const TLS = { ca: "keys/authority.pem", cert: "keys/greenhouse.pem", key: "/etc/holdfast/greenhouse.key" };

spec("files of the login are found from the folder of the configuration", () => {
  const { config } = found(
    ["mqtt.url", "mqtts://broker"],
    ["mqtt.credentialsFile", "login.json"],
    ["mqtt.tls", TLS],
  );
  assert.equal(loginFiles(config!.mqtt!, "/home/pi/board.config.json"), {
    credentials: "/home/pi/login.json",
    ca: "/home/pi/keys/authority.pem",
    cert: "/home/pi/keys/greenhouse.pem",
    key: "/etc/holdfast/greenhouse.key",
  });
  assert.equal(loginFiles({}, "/home/pi/board.config.json"), {});
});

spec("several addresses are the nodes of one broker, and go on as one text with commas", () => {
  const { config, problems } = found(["mqtt.url", ["mqtt://one", "mqtts://two:8000"]]);
  assert.is(problems, undefined);
  assert.is(boardPlan(config!).mqtt.url, "mqtt://one,mqtts://two:8000");
});

const mistakes: readonly (readonly [
  what: string,
  changes: readonly Change[],
  at: string,
  allowed: RegExp,
])[] = [
  [
    "a login in the address",
    [["mqtt.url", "mqtt://me:secret@broker"]],
    "mqtt.url",
    /belong into the file that "credentialsFile" names/,
  ],
  [
    "a node that is none",
    [["mqtt.url", ["mqtt://one", "two"]]],
    "mqtt.url.1",
    /a list of the nodes of one broker/,
  ],
  ["no node", [["mqtt.url", []]], "mqtt.url", /a list of the nodes of one broker/],
  [
    "TLS and one node without",
    [
      ["mqtt.url", ["mqtts://one", "mqtt://two"]],
      ["mqtt.tls", TLS],
    ],
    "mqtt.url",
    /"mqtts:\/\/two" where "tls" is written/,
  ],
  ["a WebSocket", [["mqtt.url", "ws://broker"]], "mqtt.url", /mqtt or mqtts/],
  ["an empty path", [["mqtt.credentialsFile", ""]], "mqtt.credentialsFile", /the path of a file/],
  [
    "a certificate without its key",
    [
      ["mqtt.url", "mqtts://broker"],
      ["mqtt.tls", { cert: "a.pem" }],
    ],
    "mqtt.tls.key",
    /the path of the key of "cert"/,
  ],
  [
    "a key without its certificate",
    [
      ["mqtt.url", "mqtts://broker"],
      ["mqtt.tls", { key: "a.key" }],
    ],
    "mqtt.tls.cert",
    /the path of the certificate of "key"/,
  ],
  [
    "certificates and no TLS",
    [
      ["mqtt.url", "mqtt://broker:1883"],
      ["mqtt.tls", TLS],
    ],
    "mqtt.url",
    /"mqtts:\/\/broker:1883" where "tls" is written/,
  ],
];
for (const [what, changes, at, allowed] of mistakes) {
  spec(`${what} is refused with what is allowed`, () => {
    const [problem] = found(...changes).problems!;
    assert.is(problem!.path, at);
    assert.match(problem!.allowed, allowed);
  });
}

spec("a password that goes over the network in clear is a warning; on this machine it is none", () => {
  const warned = (...urls: string[]) =>
    found(
      ["mqtt.url", urls.length > 1 ? urls : urls[0]],
      ["mqtt.credentialsFile", "login.json"],
    ).warnings.filter(({ path }) => path === "mqtt.url");
  assert.match(warned("mqtt://broker")[0]!.message, /for everybody there to read; "mqtts:\/\/broker"/);
  assert.match(warned("mqtts://a", "mqtt://b")[0]!.message, /"mqtts:\/\/b" where the broker has TLS/);
  for (const url of ["mqtt://127.0.0.1:1883", "mqtt://localhost", "mqtt://[::1]", "mqtts://broker"])
    assert.equal(warned(url), [], url);
});

const LISTEN = { host: "0.0.0.0", usersFile: "users.json", tls: { cert: "broker.pem", key: "broker.key" } };

spec(
  "the board's own broker listens to the network at 8883 with TLS and at 1884 without, files from the configuration's folder",
  () => {
    const plan = (listen: unknown) =>
      listenPlan(found(["mqtt.listen", listen]).config!.mqtt!.listen!, "/home/pi/board.config.json");
    assert.equal(plan(LISTEN), {
      host: "0.0.0.0",
      port: 8883,
      usersFile: "/home/pi/users.json",
      tls: { cert: "/home/pi/broker.pem", key: "/home/pi/broker.key" },
    });
    assert.is(plan({ host: "192.168.1.10", usersFile: "users.json" }).port, 1884);
    assert.is(plan({ ...LISTEN, port: 1234 }).port, 1234);
  },
);

spec("it never listens to the network without users, and not beside a broker elsewhere", () => {
  const problem = (...changes: readonly Change[]) => found(...changes).problems![0]!;
  const without = problem(["mqtt.listen", { host: "0.0.0.0" }]);
  assert.is(without.path, "mqtt.listen.usersFile");
  assert.is(without.found, "nothing");
  const both = problem(["mqtt.url", "mqtts://broker"], ["mqtt.listen", LISTEN]);
  assert.is(both.path, "mqtt.listen");
  assert.match(both.allowed, /"listen" or "url", not both/);
  assert.is(problem(["mqtt.listen", { ...LISTEN, host: "a b" }]).path, "mqtt.listen.host");
  assert.is(problem(["mqtt.listen", { ...LISTEN, tls: { cert: "a" } }]).path, "mqtt.listen.tls.key");
});

spec("links of boards over a broker that is open to the network need their secret", () => {
  const [problem] = found(["mqtt.listen", LISTEN], ["links", {}]).problems!;
  assert.is(problem!.path, "links.secretFile");
  assert.match(problem!.allowed, /over the network anybody who reaches the broker could speak as a board/);
  assert.is(found(["mqtt.listen", LISTEN], ["links", { secretFile: "links.key" }]).problems, undefined);
});

spec("without TLS that is a warning, and with it none; Home Assistant then has a way in", () => {
  const { usersFile } = LISTEN;
  const warnings = (listen: unknown) =>
    found(["mqtt.listen", listen], ["mqtt.homeAssistant", {}])
      .warnings.map(({ path }) => path)
      .filter((path) => path.startsWith("mqtt"));
  assert.equal(warnings({ host: "0.0.0.0", usersFile }), ["mqtt.listen"]);
  assert.equal(warnings({ host: "127.0.0.1", usersFile }), []);
  assert.equal(warnings(LISTEN), []);
});

spec("a login without a broker that it is for is a warning", () => {
  const { warnings } = found(["mqtt.credentialsFile", "login.json"]);
  assert.match(
    warnings.find(({ path }) => path === "mqtt.credentialsFile")!.message,
    /"url" of mqtt names it/,
  );
});
