/**
 * A program on the broker's host that everything between boards and broker passes: a port for each board, whose weather is set
 * by lines on standard input; and a second client that plays again what boards said to each other.
 */
import { connect, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import mqtt from "mqtt";
import { drawer } from "../../soak/draw.ts";
import { Pipe } from "./pipe.ts";
import { CLEAR, type Weather } from "./weather.ts";

export interface HubPlan {
  readonly address: string;
  readonly brokerPort: number;
  /** Port of each board. */
  readonly ports: Readonly<Record<string, number>>;
  readonly seed: number;
}

export type HubOrder =
  /** `up`: to the broker, `down`: to the board. What is not named stays. */
  | { readonly board: string; readonly up?: Partial<Weather>; readonly down?: Partial<Weather> }
  /** All connections of the board end without a word. */
  | { readonly board: string; readonly reset: true }
  /** Every packet between boards is said again by somebody else, up to 3 s later; or no more. */
  | { readonly replay: boolean };

const REPLAY_WITHIN_MS = 3000;

class Gate {
  #up: Weather = CLEAR;
  #down: Weather = CLEAR;
  readonly #pairs = new Map<readonly [Socket, Socket], readonly Pipe[]>();

  constructor(port: number, { address, brokerPort }: HubPlan, draw: (limit: number) => number) {
    createServer({ noDelay: true }, (board) => {
      const broker = connect({ host: address, port: brokerPort, noDelay: true });
      const pair = [board, broker] as const;
      const pipes = [
        new Pipe(board, broker, () => this.#up, draw),
        new Pipe(broker, board, () => this.#down, draw),
      ];
      this.#pairs.set(pair, pipes);
      const end = () => {
        this.#pairs.delete(pair);
        for (const socket of pair) socket.destroy();
      };
      for (const socket of pair) socket.on("error", end).on("close", end);
    }).listen(port, address);
  }

  set(up: Partial<Weather>, down: Partial<Weather>): void {
    this.#up = { ...this.#up, ...up };
    this.#down = { ...this.#down, ...down };
    for (const pipes of this.#pairs.values()) for (const pipe of pipes) pipe.changed();
  }

  reset(): void {
    for (const pair of [...this.#pairs.keys()]) for (const socket of pair) socket.resetAndDestroy();
  }
}

const plan = JSON.parse(process.argv[2]!) as HubPlan;
const draw = drawer(plan.seed);
const gates = new Map(Object.entries(plan.ports).map(([board, port]) => [board, new Gate(port, plan, draw)]));
let replayer: mqtt.MqttClient | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as HubOrder;
  if ("replay" in order) {
    replayer?.end(true);
    replayer = order.replay ? replay() : undefined;
  } else if ("reset" in order) gates.get(order.board)!.reset();
  else gates.get(order.board)!.set(order.up ?? {}, order.down ?? {});
}
process.exit();

/** It hears itself, too; each packet is said again once by it. */
function replay(): mqtt.MqttClient {
  const client = mqtt.connect({ host: plan.address, port: plan.brokerPort, protocolVersion: 5 });
  client.subscribe("holdfast/+/link/+", { nl: true, qos: 0 });
  client.on("message", (topic, payload) => {
    setTimeout(() => client.publish(topic, payload), draw(REPLAY_WITHIN_MS));
  });
  client.on("error", () => {});
  return client;
}
