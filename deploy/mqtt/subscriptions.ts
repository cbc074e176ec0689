/**
 * What a connection listens to: one SUBSCRIBE for all, and again for what was refused.
 *
 * A refusal may be for ever (no right to read) or for seconds (NATS while its nodes elect a leader), and MQTT 3.1.1 has one code
 * for both. So refused filters are asked for again, each time after twice as long, and the connection is used meanwhile.
 */
import type { MqttClient as MqttJsClient } from "mqtt";

/** Between two requests, ms. */
const AGAIN = { firstMs: 1000, mostMs: 60_000 } as const;

export interface SubscriptionsOptions {
  readonly client: Pick<MqttJsClient, "subscribe">;
  /** Filters and the QoS that is asked for each. They must not overlap. */
  readonly wanted: ReadonlyMap<string, 0 | 1>;
  /** The broker has answered the first request. */
  readonly onAnswer: () => void;
  /** Once for each filter that it refused. */
  readonly onRefused: (filter: string) => void;
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #missing: Set<string>;
  readonly #told = new Set<string>();
  #waitMs: number = AGAIN.firstMs;
  #again: NodeJS.Timeout | undefined;
  #isAnswered = false;
  #isOver = false;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#missing = new Set(options.wanted.keys());
  }

  /** Asks for all. Once. */
  start(): void {
    if (this.#missing.size === 0) this.#options.onAnswer();
    else this.#ask();
  }

  /** The connection is over: nothing is called any more. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#again);
  }

  #ask(): void {
    const { client, wanted } = this.#options;
    const asked = [...this.#missing];
    // `rap` keeps the retain flag on live messages, so that a retained command is seen as one at once.
    const request = Object.fromEntries(
      asked.map((filter) => [filter, { qos: wanted.get(filter)!, rap: true, rh: 0 }]),
    );
    client.subscribe(request, (_error, _granted, packet) => {
      if (this.#isOver) return;
      const codes = packet?.granted ?? [];
      for (const [at, filter] of asked.entries())
        if (Number(codes[at] ?? 0x80) < 0x80) this.#missing.delete(filter);
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
    }
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#options.onAnswer();
  }
}
