import { equal } from "uvu/assert";
import { checkNetwork } from "../../../deploy/doctor/checks/network.ts";
import { spec } from "../../harness/spec.ts";
import { aMachine, linuxDemo, said } from "./a-machine.ts";

const [broker, page] = aMachine().ports as [never, never];

spec("a port in use is a problem that says which option changes it; a broker elsewhere needs none", () => {
  const ports = [{ ...(broker as object), free: false }, page] as never;
  equal(said(checkNetwork, aMachine({ ports })), [
    'problem network.port: port 1883 is in use, so the MQTT broker cannot start → end what has it (sudo ss -ltnp "sport = :1883" names it), or holdfast run --mqtt-port <port>',
    "ok network.port: port 8080 is free for the page",
  ]);
  equal(said(checkNetwork, aMachine({ ports }), linuxDemo(["mqtt", { url: "mqtt://house:1883" }])), [
    "ok network.port: port 8080 is free for the page",
  ]);
});

spec("a board that runs here is asked: it has the ports, and its devices tell how they are", () => {
  const devices = [
    { id: "climate", driver: "bme280", mode: "reduced", cause: "address_nak at i2c-1/0x76" },
    { id: "pump", driver: "relay", mode: "full", cause: null },
    { id: "led", driver: "led", mode: "off", cause: null },
  ];
  const broker = { url: "mqtt://house:1883", mqtt: "3.1.1" } as const;
  const running = {
    id: "greenhouse",
    hardware: "linux",
    page: "http://127.0.0.1:8080/",
    broker,
    devices,
  } as const;
  equal(said(checkNetwork, aMachine({ running })), [
    "ok network.running: board greenhouse (linux) runs here, 1 of 3 devices and controllers in full service",
    "ok network.broker: it is on the broker at mqtt://house:1883, MQTT 3.1.1",
    "problem network.device: climate is reduced: address_nak at i2c-1/0x76 → holdfast mode climate says more, holdfast inspect shows crashes",
    "problem network.device: led is off: no cause told → holdfast mode led says more, holdfast inspect shows crashes",
  ]);
  const alone = { ...running, devices: [], broker: { cause: "connect ECONNREFUSED 192.168.1.10:1883" } };
  equal(said(checkNetwork, aMachine({ running: alone })).slice(1), [
    "problem network.broker: it is on no broker: connect ECONNREFUSED 192.168.1.10:1883 → start the broker, or correct url, credentialsFile or tls of mqtt; the board tries again by itself",
  ]);
});

spec(
  "keys and logins that the board could not use are a problem, with the file and what is wrong with it",
  () => {
    const ports = [] as never;
    const secrets = [
      { what: "the login at the broker" },
      {
        what: "links with other boards",
        refused: { file: "/home/pi/links.key", why: "there is no such file" },
      },
    ];
    equal(said(checkNetwork, aMachine({ ports, secrets })), [
      "ok network.keys: the login at the broker: pi can read its files, and secret ones are readable by their owner only",
      "problem network.keys: links with other boards: there is no such file → put it right and ask again; holdfast keys makes certificates, logins and the secret of links",
    ]);
  },
);
