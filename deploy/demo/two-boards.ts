/**
 * `npm run demo:two`: two emulated boards, each a process tree of its own, linked over the broker of the first. The
 * irrigation of `greenhouse` commands the pump of `pump-house` under a lease. The way from pump-house to the broker leads
 * through a gate that is cut and healed by a word.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DEFAULT_PORTS, port } from "../board/options.ts";
import { makeLinkSecret } from "../links/link-secret.ts";
import { MqttClient } from "../mqtt/mqtt-client.ts";
import { BoardProcess } from "./board-process.ts";
import { HELP, IDS, orderOf } from "./demo-words.ts";
import { lateness, newsLine } from "./news.ts";
import { TcpGate } from "./tcp-gate.ts";
import { WaterPipe } from "./water-pipe.ts";

export interface TwoBoardsOptions {
  /** Page of greenhouse; that of pump-house is at the next one. */
  readonly httpPort: number;
  /** Of the broker that greenhouse hosts. */
  readonly mqttPort: number;
  /** Another broker instead, `mqtt://host:port`. */
  readonly broker?: URL;
}

/** The configurations, seen from dist. */
const FILES = fileURLToPath(new URL("../../../deploy/demo/", import.meta.url));

/** From the command line and the environment. Throws what is wrong as a sentence. */
export function readDemoOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): TwoBoardsOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { "http-port": { type: "string" }, "mqtt-port": { type: "string" }, broker: { type: "string" } },
  });
  const { HOLDFAST_HTTP_PORT, HOLDFAST_MQTT_PORT } = environment;
  return {
    httpPort: port("--http-port", values["http-port"] ?? HOLDFAST_HTTP_PORT, DEFAULT_PORTS.http),
    mqttPort: port("--mqtt-port", values["mqtt-port"] ?? HOLDFAST_MQTT_PORT, DEFAULT_PORTS.mqtt),
    ...(values.broker !== undefined && { broker: brokerOf(values.broker) }),
  };
}

/** The links of the demo go without TLS: their packets are sealed, and the broker is one that you run to try it. */
function brokerOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "mqtt:" && url.username === "") return url;
  throw new RangeError(`--broker: "${text}" is no broker of the demo; allowed is mqtt://host:port`);
}

export class TwoBoards {
  readonly #options: TwoBoardsOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), "holdfast-two-"));
  readonly #gate: TcpGate;
  readonly #pipe = new WaterPipe(({ board, device, set }) =>
    this.#broker.publish(`holdfast/${board}/world/${device}/set`, JSON.stringify(set), {
      qos: 0,
      retain: false,
    }),
  );
  readonly #broker: MqttClient;
  readonly #boards = new Map<string, BoardProcess>();
  /** Boards that somebody stopped: how to start them again. */
  readonly #waiting = new Map<string, () => void>();
  #stopping = false;

  constructor(options: TwoBoardsOptions) {
    this.#options = options;
    const { hostname, port } = options.broker ?? new URL(`mqtt://127.0.0.1:${options.mqttPort}`);
    this.#gate = new TcpGate(port === "" ? DEFAULT_PORTS.mqtt : Number(port), hostname);
    this.#broker = new MqttClient({
      url: `mqtt://${hostname}:${port === "" ? DEFAULT_PORTS.mqtt : port}`,
      clientId: `holdfast-demo-${process.pid}`,
      subscriptions: [
        ...IDS.map((id) => `holdfast/${id}/events`),
        "holdfast/pump-house/pump/on",
        "holdfast/greenhouse/soil/moisture",
      ],
      onConnect: () => {},
      onMessage: (topic, payload) => this.#heard(topic, payload),
      onOffline: () => {},
    });
  }

  /** Runs until Ctrl-C, or until a board could not go on; the exit code. */
  async run(): Promise<number> {
    const { httpPort, mqttPort, broker } = this.#options;
    makeLinkSecret(join(this.#folder, "links.key"));
    await this.#gate.open();
    const own = broker === undefined ? ["--mqtt-port", String(mqttPort)] : ["--broker", broker.href];
    const [greenhouse, pumpHouse] = [
      this.#board("greenhouse", httpPort, own),
      this.#board("pump-house", httpPort + 1, ["--broker", `mqtt://127.0.0.1:${this.#gate.port}`]),
    ];
    process.stdout.write(
      `greenhouse  http://localhost:${httpPort}/        its page shows both boards and the link between them\n` +
        `pump-house  http://localhost:${httpPort + 1}/\n\n${HELP}\n`,
    );
    const clock = setInterval(() => this.#pipe.tick(performance.now()), 1000);
    const typed = createInterface({ input: process.stdin });
    typed.on("line", (line) => this.#obey(line.trim()));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => this.#stop());
    this.#broker.start();
    const codes = await Promise.all([greenhouse, pumpHouse].map((board) => this.#stay(board!)));
    clearInterval(clock);
    typed.close();
    await this.#broker.close();
    this.#gate.close();
    rmSync(this.#folder, { recursive: true, force: true });
    return Math.max(...codes);
  }

  /** Its configuration lies beside the secret, as on a board. */
  #board(id: string, httpPort: number, args: readonly string[]): BoardProcess {
    const config = join(this.#folder, `${id}.json`);
    writeFileSync(config, readFileSync(join(FILES, `${id}.json`)));
    const state = join(this.#folder, "state", id);
    const board = new BoardProcess({
      id,
      args: [config, "--http-port", String(httpPort), "--state", state, ...args],
      say: (line) => this.#say(id, line),
    });
    this.#boards.set(id, board);
    return board;
  }

  /** Starts it, and again where somebody stopped it and starts it by a word; its exit code when the demo ends. */
  async #stay(board: BoardProcess): Promise<number> {
    for (;;) {
      const code = await board.start();
      if (this.#stopping) return Math.abs(code);
      if (code !== 0) {
        this.#say(board.id, `ended with code ${code}: the demo ends`);
        this.#stop();
        return Math.abs(code);
      }
      this.#say(board.id, `stopped; "start ${board.id}" starts it again`);
      await new Promise<void>((resume) => this.#waiting.set(board.id, resume));
      if (this.#stopping) return 0;
    }
  }
  #heard(topic: string, payload: Uint8Array): void {
    const [, board = "", device] = topic.split("/");
    const document = documentOf(payload);
    if (device === "pump") this.#pipe.pumpIs(document.value === true);
    else if (device === "soil") this.#pipe.soilIs(Number(document.value ?? Number.NaN), performance.now());
    else {
      const line = newsLine(document);
      if (line !== undefined) this.#say(board, `${line}${lateness(document.at, Date.now())}`);
    }
  }

  #obey(line: string): void {
    const order = orderOf(line);
    if (order === undefined) return;
    if (typeof order === "string") this.#say("demo", order);
    else if (order.word === "help") process.stdout.write(`\n${HELP}\n`);
    else if ("id" in order) this.#obeyFor(order.word, order.id);
    else this.#cable(order.word);
  }

  #cable(word: "cut" | "heal"): void {
    if (this.#gate.isCut === (word === "cut"))
      this.#say("demo", `the cable is ${this.#gate.isCut ? "cut" : "whole"} already`);
    else if (word === "cut") {
      this.#gate.cut();
      this.#say("demo", "the cable of pump-house is cut");
    } else {
      this.#gate.heal();
      this.#say("demo", "the cable of pump-house is whole again");
    }
  }

  #obeyFor(word: "kill" | "stop" | "start", id: string): void {
    const board = this.#boards.get(id)!;
    const start = this.#waiting.get(id);
    if (word === "start" && start === undefined) this.#say("demo", `${id} runs already`);
    else if (word === "start") {
      this.#waiting.delete(id);
      start!();
    } else if (start !== undefined) this.#say("demo", `${id} is stopped; "start ${id}" starts it again`);
    else if (word === "stop") board.stop();
    else this.#say("demo", board.killRuntime() ? `killed the runtime of ${id}` : `${id} has no runtime now`);
  }

  #stop(): void {
    this.#stopping = true;
    for (const board of this.#boards.values()) board.stop();
    for (const resume of this.#waiting.values()) resume();
  }

  #say(who: string, text: string): void {
    const at = new Date().toISOString().slice(11, 19);
    for (const line of text.split("\n")) process.stdout.write(`${at}  ${who.padEnd(10)}  ${line}\n`);
  }
}

/** Anybody may publish on the demo's broker: what is no document says nothing. */
function documentOf(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
