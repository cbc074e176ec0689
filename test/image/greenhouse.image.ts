/** The demo board from a card: readings of its emulated world at a broker of this machine, and its page. */
import { get } from "node:http";
import { is, match, ok } from "uvu/assert";
import { demoWith } from "../deploy/demo-board.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { testCard } from "./card.ts";
import { patientBroker } from "./patient-broker.ts";
import { bootVirt } from "./virt.ts";

const LIMIT_MS = 300_000;

/** What a browser at the board would ask: by another name, or another port, nobody is answered. */
function pageAt(port: number): Promise<string> {
  return new Promise((done, failed) => {
    get({ host: "127.0.0.1", port, headers: { host: "127.0.0.1:8080" } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => done(text));
    }).on("error", failed);
  });
}

spec(
  "a card boots into the greenhouse: a reading reaches the broker, and the page loads",
  async (t) => {
    const broker = await patientBroker(t);
    const card = await testCard(t, demoWith(["mqtt.url", broker.fromGuest]));
    const client = await probe(t, broker.url, ["holdfast/greenhouse/#"]);
    const board = await bootVirt(t, card);
    const reading = () => client.last("holdfast/greenhouse/climate/temperature");
    await until("a good reading", () => reading()?.quality === "good", LIMIT_MS);
    process.stdout.write(`figures: first reading after ${board.seconds.toFixed(1)} s\n`);
    ok(Number(reading()!.value) > -20 && Number(reading()!.value) < 60, JSON.stringify(reading()));
    const page = await board.tunnel(t, 8080);
    let text = "";
    await until(
      "the page",
      async () => {
        text = await pageAt(page).catch(() => "");
        return text !== "";
      },
      LIMIT_MS,
    );
    match(text, "<title>Holdfast</title>");
    const memory = await board.run("cat /proc/meminfo");
    const mb = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, "m").exec(memory)?.[1]) / 1024;
    const used = (mb("MemTotal") - mb("MemAvailable")).toFixed(0);
    process.stdout.write(
      `figures: ${used} MB in use, kernel included; ${mb("AnonPages").toFixed(0)} MB of it are the processes' own\n`,
    );
    match(await board.run("cat /sys/kernel/mm/transparent_hugepage/enabled"), /\[never\]/);
    await board.run("poweroff");
    await board.off(120);
    is(/Kernel panic|BUG:|Oops/.test(board.console), false, board.console);
  },
  { limitMs: 3 * LIMIT_MS },
);
