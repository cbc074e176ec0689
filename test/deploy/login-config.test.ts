import * as assert from "uvu/assert";
import { parseConfig } from "../../deploy/config/load-config.ts";
import { loginFiles } from "../../deploy/config/login-schema.ts";
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
  const warned = (url: string) =>
    found(["mqtt.url", url], ["mqtt.credentialsFile", "login.json"]).warnings.filter(
      ({ path }) => path === "mqtt.url",
    );
  assert.match(warned("mqtt://broker")[0]!.message, /for everybody there to read; "mqtts:\/\/broker"/);
  for (const url of ["mqtt://127.0.0.1:1883", "mqtt://localhost", "mqtt://[::1]", "mqtts://broker"])
    assert.equal(warned(url), [], url);
});
