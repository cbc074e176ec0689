/**
 * What a connection listens to: one SUBSCRIBE for all, and again for what was refused.
 *
 * A refusal may be for ever (no right to read) or for seconds (NATS while its nodes elect a leader), and MQTT 3.1.1 has one code
 * for both. So refused filters are asked for again, each time after twice as long. The first two times are waited for: a board that
 * says that it is there should hear commands. Then the connection is used without.
 */
import type { MqttClient as MqttJsClient } from "mqtt";

/** Between two requests, ms. */
const AGAIN = { firstMs: 1000, mostMs: 60_000 } as const;
/** Requests that are waited for. Who has no right is told so at once: that costs 3 s; NATS takes 4 s for each. */
const PATIENCE = 3;

const ANSWER_MS = 60_000;

export interface SubscriptionsOptions {
  readonly client: Pick<MqttJsClient, "subscribe">;
  /** Filters and the QoS that is asked for each. They must not overlap. */
  readonly wanted: ReadonlyMap<string, 0 | 1>;
  /** All are granted, or some are not going to be soon. */
  readonly onReady: () => void;
  /** Once for each filter that it refused. */
  readonly onRefused: (filter: string) => void;
  /** No answer within `answerMs`: nodes of a cluster without a majority may take connections and nothing else. */
  readonly onSilent: () => void;
  /** Default 60 s: NATS may take 4 s for each filter. */
  readonly answerMs?: number;
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #missing: Set<string>;
  readonly #told = new Set<string>();
  #waitMs: number = AGAIN.firstMs;
  #again: NodeJS.Timeout | undefined;
  #limit: NodeJS.Timeout | undefined;
  #asked = 0;
  #isReady = false;
  #isOver = false;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#missing = new Set(options.wanted.keys());
  }

  /** Asks for all. Once. */
  start(): void {
    if (this.#missing.size === 0) this.#options.onReady();
    else this.#ask();
  }

  /** The connection is over: nothing is called any more. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#again);
    clearTimeout(this.#limit);
  }

  #ask(): void {
    const { client, wanted, onSilent, answerMs = ANSWER_MS } = this.#options;
    const asked = [...this.#missing];
    this.#asked++;
    // `rap` keeps the retain flag on live messages, so that a retained command is seen as one at once.
    const request = Object.fromEntries(
      asked.map((filter) => [filter, { qos: wanted.get(filter)!, rap: true, rh: 0 }]),
    );
    this.#limit = setTimeout(onSilent, answerMs);
    client.subscribe(request, (_error, _granted, packet) => {
      // Without a SUBACK the connection is about to end.
      if (this.#isOver || packet === undefined) return;
      clearTimeout(this.#limit);
      for (const [at, filter] of asked.entries())
        if (Number(packet.granted[at] ?? 0x80) < 0x80) this.#missing.delete(filter);
      this.#answered();
    });
  }

  #answered(): void {
    for (const filter of this.#missing) {
      if (this.#told.has(filter)) continue;
      this.#told.add(filter);
      this.#options.onRefused(filter);
    }
    if (this.#missing.size > 0) {
      this.#again = setTimeout(() => this.#ask(), this.#waitMs);
      this.#waitMs = Math.min(2 * this.#waitMs, AGAIN.mostMs);
      if (this.#asked < PATIENCE) return;
    }
    if (this.#isReady) return;
    this.#isReady = true;
    this.#options.onReady();
  }
}
