/** A board as it is started for a household's broker: login and certificate in files. */
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { is, match } from "uvu/assert";
import { Authority } from "../../deploy/keys/authority.ts";
import { mosquittoPasswordLine } from "../../deploy/keys/mosquitto-password.ts";
import { demoWith } from "../deploy/demo-board.ts";
import { aFile, aFolder } from "../deploy/keys/a-folder.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { Board } from "./board.ts";
import { holdfast } from "./command-line.ts";

spec(
  "a board uses a broker that asks for a password and speaks TLS; without its login it controls, and says why it is not there",
  async (t) => {
    const folder = aFolder(t);
    const authority = new Authority(join(folder, "keys"));
    const { cert, key } = authority.broker(["localhost"]);
    const password = "open-sesame";
    const passwords = aFile(folder, "passwords", `${mosquittoPasswordLine("greenhouse", password)}\n`);
    const broker = await mosquitto(
      t,
      [],
      ["allow_anonymous false", `password_file ${passwords}`, `certfile ${cert}`, `keyfile ${key}`],
    );
    const credentials = aFile(folder, "login.json", JSON.stringify({ user: "greenhouse", password }));
    const config = demoWith(
      ["mqtt.url", `mqtts://localhost:${broker.port}`],
      ["mqtt.credentialsFile", credentials],
      ["mqtt.tls", { ca: authority.own.cert }],
    );
    const board = await Board.launch({ config });
    t.defer(() => board.discard());
    await board.inService();
    await until("live", async () => (await board.health()).broker === "live", 8000);
    const login = { username: "greenhouse", password, protocolVersion: 5 as const };
    const reader = await probe(t, `mqtts://localhost:${broker.port}`, ["holdfast/greenhouse/status"], {
      ...login,
      ca: readFileSync(authority.own.cert),
    });
    await until("its status", () => reader.last("holdfast/greenhouse/status")?.state === "online");
    // The page has no login of its own, and reaches the broker all the same.
    const page = await probe(t, `${board.pageUrl.replace("http", "ws")}mqtt`, ["holdfast/greenhouse/index"]);
    await page.waitFor("the index", ({ topic }) => topic === "holdfast/greenhouse/index");

    // The file is read at each connection: others may read it now, and the broker starts again.
    chmodSync(credentials, 0o644);
    await broker.kill();
    await broker.start();
    await until(
      "the reason",
      async () => /chmod 600/.test(String((await board.health()).brokerCause)),
      15_000,
    );
    is((await board.health()).ok, true, "it controls all the same");
    const told = () => board.logged("log").filter(({ text }) => String(text).includes("chmod 600")).length;
    await until("its log says so, too", () => told() > 0);
    is(told(), 1);
    chmodSync(credentials, 0o600);
    await until("live again", async () => (await board.health()).broker === "live", 20_000);
    await board.stop();
  },
  { limitMs: 90_000 },
);

spec("a board that cannot read its login is not started, and the file is named", async (t) => {
  const folder = aFolder(t);
  const config = demoWith(["mqtt.url", "mqtts://localhost"], ["mqtt.credentialsFile", "login.json"]);
  const file = aFile(folder, "board.config.json", config, 0o644);
  const { code, err } = await holdfast(t, [
    "run",
    file,
    "--http-port",
    "0",
    "--state",
    join(folder, "state"),
  ]);
  is(code, 2);
  match(err, `holdfast: ${join(folder, "login.json")}: there is no such file`);
});
