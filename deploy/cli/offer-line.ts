/** One connection to a board's broker while a release is offered: hears what the board says, and answers what it wants of the bundle. */
import type { MqttClient } from "mqtt";
import { partTopics } from "../mqtt/part-topics.ts";
import type { ReleaseId } from "../release/manifest.ts";
import type { ByteSource } from "../update/byte-source.ts";
import { PartsServer } from "../update/parts/parts-server.ts";
import { parse } from "./board-client.ts";
import type { Document, OfferTurn, OfferView } from "./offer-view.ts";

/** How often it looks whether the board has been silent for too long, ms. */
const LOOK_MS = 60_000;

export interface OfferLinePlan {
  readonly board: string;
  /** Of all topics. */
  readonly root: string;
  readonly view: OfferView;
  /** Absent: not in parts. */
  readonly parts?: { readonly source: ByteSource; readonly release: ReleaseId };
}

export class OfferLine {
  readonly #client: MqttClient;
  readonly #plan: OfferLinePlan;
  readonly #turns: (OfferTurn | Error)[] = [];
  #isOver = false;
  #news = () => {};

  constructor(client: MqttClient, plan: OfferLinePlan) {
    this.#client = client;
    this.#plan = plan;
  }

  /** Hears from now on; says to a board that waits for parts that there is somebody. */
  async open(): Promise<void> {
    const { board, root, view, parts } = this.#plan;
    const { want, part } = partTopics(root, board);
    const client = this.#client;
    const server =
      parts &&
      new PartsServer(parts.source, parts.release, async (bytes) => {
        if (client.connected) await client.publishAsync(part, bytes, { qos: 0 });
      });
    const own = (rest: string) => `${root}/${board}/${rest}`;
    const told: Readonly<Record<string, (document: Document) => OfferTurn | undefined>> = {
      [own("status")]: (document) => view.status(document),
      [own("events")]: (document) => view.event(document),
      [own("update/error")]: (document) => view.answer(document),
    };
    client.on("message", (topic, payload) => {
      if (topic === want) server?.heard(payload);
      try {
        const turn = told[topic]?.(parse(payload) ?? {});
        if (turn === undefined) return;
        this.#turns.push(turn);
      } catch (error) {
        this.#turns.push(error as Error);
      }
      this.#news();
    });
    client.on("close", () => {
      this.#isOver = true;
      this.#news();
    });
    try {
      await client.subscribeAsync(Object.keys(told), { qos: 1 });
      if (server === undefined) return;
      await client.subscribeAsync(want, { qos: 0 });
      await server.announce();
    } catch {
      // The connection is over: so says `next`.
    }
  }

  /** Undefined when the connection is over. Throws `CliError` when nothing is to come of it. */
  async next(): Promise<OfferTurn | undefined> {
    while (this.#turns.length === 0 && !this.#isOver) {
      this.#plan.view.checkSilence();
      await new Promise<void>((done) => {
        const timer = setTimeout(done, LOOK_MS);
        this.#news = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
    const turn = this.#turns.shift();
    if (turn instanceof Error) throw turn;
    return turn;
  }
}
