import type { MessageSource } from "./board-link-options.ts";
import type { CommandDesk } from "./command-desk.ts";
import type { EventRing } from "./event-ring.ts";
import type { LinkCompanion } from "./link-companion.ts";
import type { MqttClient } from "./mqtt-client.ts";
import type { RetainedBoard } from "./retained-board.ts";
import type { BoardTopics } from "./topics.ts";

/** Shortest wait for what will be due, ms: what falls due within it goes out together. */
const SHORTEST_WAIT_MS = 5;

export interface LinkPumpOptions {
  readonly desk: CommandDesk;
  readonly events: EventRing;
  readonly board: RetainedBoard;
  readonly companion?: LinkCompanion;
  readonly outbox?: MessageSource;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Whether the board may speak. */
  readonly isOpen: () => boolean;
  readonly onProblem: (text: string) => void;
}

/**
 * Publishes all that is due over a board's connection, what somebody waits for first: answers, events, what is
 * retained, its companion's words, and in what room is left its outbox. Comes back when the next thing is due.
 */
export class LinkPump {
  readonly #client: MqttClient;
  readonly #topics: BoardTopics;
  readonly #options: LinkPumpOptions;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #refusal: string | undefined;

  constructor(client: MqttClient, topics: BoardTopics, options: LinkPumpOptions) {
    this.#client = client;
    this.#topics = topics;
    this.#options = options;
  }

  /** Publishes what is due and sets the timer for what will be. */
  run(): void {
    const { isOpen, desk, events, board, companion, outbox } = this.#options;
    if (!isOpen()) return;
    const client = this.#client;
    desk.take((topic, payload) => client.publish(topic, payload, { qos: 1, retain: false }));
    events.take((payload, done) =>
      client.publish(this.#topics.events, payload, { qos: 1, retain: false, done }),
    );
    board.take(({ topic, payload }) =>
      client.publish(topic, payload, {
        qos: 1,
        retain: true,
        done: (error) => {
          if (error !== undefined) board.lost(topic);
        },
      }),
    );
    companion?.take(({ topic, payload }, done) =>
      client.publish(topic, payload, { qos: 1, retain: true, done }),
    );
    outbox?.take((payload, done) =>
      client.publish(this.#topics.outbox, payload, {
        qos: 1,
        retain: false,
        done: (error) => {
          this.#refused(this.#topics.outbox, error);
          done(error);
        },
      }),
    );
    this.#arm();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** On a connection that is still there it was the broker's will: said once for each cause. */
  #refused(topic: string, error: Error | undefined): void {
    if (error === undefined || !this.#client.online) return;
    const text = `the broker does not take ${topic}: ${error.message}; it is kept and tried again: may this board publish there?`;
    if (text === this.#refusal) return;
    this.#refusal = text;
    this.#options.onProblem(text);
  }

  #arm(): void {
    const { board, companion, now } = this.#options;
    const atMs = soonest(board.nextAtMs, companion?.nextAtMs);
    if (atMs === this.#timerAtMs && this.#timer !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Without room the next acknowledgement pumps.
    if (atMs === undefined || !this.#client.hasRoom) return;
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.run();
      },
      Math.max(SHORTEST_WAIT_MS, atMs - now()),
    );
  }
}

function soonest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
