/** Two linked boards with the rights that `holdfast keys` gives them, and nothing more: it is enough for all that boards do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is } from "uvu/assert";
import { readBrokerLogin } from "../../deploy/mqtt/broker-login.ts";
import { type Change, demoWith } from "../deploy/demo-board.ts";
import { aFolder } from "../deploy/keys/a-folder.ts";
import { freePort } from "../harness/free-port.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { Board } from "./board.ts";
import { holdfast } from "./command-line.ts";
import { READINGS } from "./greenhouse.ts";

const BOARDS = ["greenhouse", "pump-house"] as const;

/** Folder of the keys of two boards, a viewer and Home Assistant. */
async function keys(t: SpecContext): Promise<(name: string) => string> {
  const folder = join(aFolder(t), "keys");
  for (const words of [
    ["tls", "--broker", "localhost"],
    ["acl", ...BOARDS, "--viewers", "vera", "--home-assistant", "ha"],
    ["link"],
  ]) {
    const { code, err } = await holdfast(t, ["keys", ...words, "--out", folder]);
    is(code, 0, err);
  }
  return (name) => join(folder, name);
}

/** Boards as clients of a broker at `url`; `host` has one of its own instead. */
async function start(
  t: SpecContext,
  at: (name: string) => string,
  url: string,
  host?: { readonly board: string; readonly listen: unknown },
): Promise<readonly Board[]> {
  const boards: Board[] = [];
  for (const id of BOARDS) {
    const client: Change[] = [
      ["mqtt.url", url],
      ["mqtt.credentialsFile", at(`${id}.login.json`)],
      ["mqtt.tls", { ca: at("authority.pem") }],
    ];
    const config = demoWith(
      ["board.id", id],
      ["mqtt.homeAssistant", {}],
      ["links", { heartbeat: "500ms", lost: "5s", secretFile: at("links.key") }],
      ...(host?.board === id ? [["mqtt.listen", host.listen] as Change] : client),
    );
    const board = await Board.launch({ config, id });
    t.defer(() => board.discard());
    boards.push(board);
  }
  await Promise.all(boards.map((board) => board.inService()));
  return boards;
}

/** Everything that two boards do is done: links, readings, events, Home Assistant told; nobody complained. */
async function allIsSaid(
  t: SpecContext,
  at: (name: string) => string,
  url: string,
  boards: readonly Board[],
) {
  const as = (user: string, filters: readonly string[]) => {
    const { user: username, password } = readBrokerLogin({ credentials: at(`${user}.login.json`) });
    const login = { username: username!, password: password! };
    return probe(t, url, filters, { ...login, ca: readFileSync(at("authority.pem")) });
  };
  const vera = await as("vera", ["holdfast/#"]);
  const ha = await as("ha", ["homeassistant/#"]);
  for (const [index, board] of boards.entries()) {
    const id = BOARDS[index]!;
    const peer = BOARDS[1 - index]!;
    await until(
      `${id} is linked with ${peer}`,
      async () => {
        const { links } = (await board.health()) as {
          links?: { peers: { board: string; up: boolean }[] };
        };
        return links?.peers.some((other) => other.board === peer && other.up) === true;
      },
      15_000,
    );
    for (const reading of Object.keys(READINGS))
      await until(
        `${id} says ${reading}`,
        () => vera.last(`holdfast/${id}/${reading}`) !== undefined,
        10_000,
      );
  }
  await until(
    "Home Assistant is told of both",
    () =>
      BOARDS.every((id) =>
        ha.seen.some(
          ({ topic, text }) => topic.endsWith("/config") && text.includes(`holdfast/${id}/status`),
        ),
      ),
    8000,
  );
  const problems = vera.seen
    .filter(({ topic }) => topic.endsWith("/events"))
    .map(({ text }) => JSON.parse(text) as Record<string, unknown>)
    .filter(({ kind }) => kind === "problem" || kind === "refused");
  equal(problems, []);
  is(
    vera.seen.filter(({ topic }) => topic.includes("/link/")).length,
    0,
    "a viewer reads no packets of links",
  );
}

spec(
  "two boards with their rights at Mosquitto are linked, say all they have to say, and are refused nothing",
  async (t) => {
    const at = await keys(t);
    const broker = await mosquitto(
      t,
      [],
      [
        "allow_anonymous false",
        `password_file ${at("mosquitto.passwd")}`,
        `acl_file ${at("mosquitto.acl")}`,
        `certfile ${at("broker.pem")}`,
        `keyfile ${at("broker.key")}`,
      ],
    );
    const url = `mqtts://localhost:${broker.port}`;
    const boards = await start(t, at, url);
    await allIsSaid(t, at, url, boards);
    for (const board of boards) await board.stop();
  },
  { limitMs: 120_000 },
);

spec(
  "the same where one of them hosts the broker for the other",
  async (t) => {
    const at = await keys(t);
    const port = await freePort();
    const tls = { cert: at("broker.pem"), key: at("broker.key") };
    const listen = { host: "127.0.0.1", port, usersFile: at("users.json"), tls };
    const url = `mqtts://localhost:${port}`;
    const boards = await start(t, at, url, { board: "greenhouse", listen });
    await allIsSaid(t, at, url, boards);
    const { login, publish, room } = (await boards[0]!.health()).brokerRefused as Record<string, number>;
    equal({ login, publish, room }, { login: 0, publish: 0, room: 0 });
    for (const board of boards.toReversed()) await board.stop();
  },
  { limitMs: 120_000 },
);
