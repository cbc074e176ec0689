/** The demo board from a card: readings of its emulated world at a broker of this machine, and its page. */
import { get } from "node:http";
import { is, match, ok } from "uvu/assert";
import { type Change, demoWith } from "../deploy/demo-board.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { testCard } from "./card.ts";
import type { Machine } from "./machine.ts";
import { memoryFigures, memoryText } from "./memory-figures.ts";
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

async function sayMemory(board: Machine): Promise<void> {
  const figures = await memoryFigures(board);
  ok(figures.processes.some(({ name, ownMb }) => name === "runtime-main.js" && ownMb > 1));
  process.stdout.write(
    memoryText(figures)
      .map((line) => `figures: ${line}\n`)
      .join(""),
  );
}

/** Starts it on a broker of this machine. Resolves when its temperature is good. */
async function greenhouse(t: SpecContext, ...changes: readonly Change[]): Promise<Machine> {
  const broker = await patientBroker(t);
  const card = await testCard(t, demoWith(["mqtt.url", broker.fromGuest], ...changes));
  const client = await probe(t, broker.url, ["holdfast/greenhouse/#"]);
  const board = await bootVirt(t, card);
  const reading = () => client.last("holdfast/greenhouse/climate/temperature");
  await until("a good reading", () => reading()?.quality === "good", LIMIT_MS);
  process.stdout.write(`figures: first reading after ${board.seconds.toFixed(1)} s\n`);
  ok(Number(reading()!.value) > -20 && Number(reading()!.value) < 60, JSON.stringify(reading()));
  return board;
}

spec(
  "a card boots into the greenhouse: a reading reaches the broker, and the page loads",
  async (t) => {
    const board = await greenhouse(t);
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
    await sayMemory(board);
    match(await board.run("cat /sys/kernel/mm/transparent_hugepage/enabled"), /\[never\]/);
    await board.run("poweroff");
    await board.off(120);
    is(/Kernel panic|BUG:|Oops/.test(board.console), false, board.console);
  },
  { limitMs: 3 * LIMIT_MS },
);

spec(
  "the greenhouse with as few cells as there can be has its readings, too",
  async (t) => {
    const board = await greenhouse(t, ["placement", "shared"]);
    await sayMemory(board);
  },
  { limitMs: 2 * LIMIT_MS },
);
