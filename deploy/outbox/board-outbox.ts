/**
 * The outbox of a board, put together: what is kept of all that is told, the way to the outbox's process and from there
 * to the broker, and what people learn when it does not keep what it should.
 *
 * Nothing here waits. Events: `outboxDropped` (at most one a minute), `outboxFailed` and `outboxWorks` when the storage begins and
 * ends to fail, `outboxRepaired`.
 */
import type { TelemetrySink } from "../board/telemetry.ts";
import type { MessageSource } from "../mqtt/board-link-options.ts";
import { Drain } from "./drain.ts";
import { KeptWords } from "./kept-words.ts";
import { OutboxClient } from "./outbox-client.ts";
import type { OutboxFacts, OutboxLimits } from "./outbox-contract.ts";
import { LATE_MS } from "./outbox-words.ts";

/** What a board's outbox is started with. Plain data. */
export interface OutboxPlan {
  /** The compiled `outbox-main`. */
  readonly program: string;
  readonly folder: string;
  readonly limits: OutboxLimits;
  readonly events: readonly string[];
  readonly keepEveryMs: Readonly<Record<string, number>>;
}

export interface BoardOutboxOptions {
  readonly plan: OutboxPlan;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Wall time, ms; `undefined` while it can't be believed. */
  readonly wallMs: () => number | undefined;
  /** There is something to publish. */
  readonly wake: () => void;
  /** Something that people should know. */
  readonly tell: (event: { readonly kind: string } & Readonly<Record<string, unknown>>) => void;
  /** For the status document: it changed in what matters. */
  readonly onStatus: (status: Readonly<Record<string, unknown>>) => void;
}

const LOOK_EVERY_MS = 1000;
const DROPPED_EVERY_MS = 60_000;

export class BoardOutbox implements MessageSource {
  readonly #options: BoardOutboxOptions;
  readonly #client: OutboxClient;
  readonly #drain: Drain;
  readonly #kept: KeptWords;
  readonly #timer: NodeJS.Timeout;
  #toldDropped = 0;
  #toldDroppedAtMs = Number.NEGATIVE_INFINITY;
  #fault: string | undefined;
  #status = "";

  constructor(options: BoardOutboxOptions) {
    const { plan, now, wallMs, wake, tell } = options;
    this.#options = options;
    this.#client = new OutboxClient({
      ...plan,
      onMessage: (message) => {
        if (message.type === "records") this.#drain.records(message);
        else if (message.type === "more") this.#drain.more();
        else if (message.type === "damage") tell({ kind: "outboxRepaired", cause: message.text });
      },
      onEnded: () => this.#drain.restart(),
    });
    this.#drain = new Drain({ source: this.#client, now, wallMs, wake });
    const at = () => {
      const ms = wallMs();
      return ms === undefined ? null : new Date(ms).toISOString();
    };
    this.#kept = new KeptWords({ ...plan, now, at, keep: (record) => this.#client.put(record) });
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  get facts(): OutboxFacts {
    return this.#client.facts;
  }

  /** Of the outbox's process, while it runs. */
  get pid(): number | undefined {
    return this.#client.pid;
  }

  take(publish: (payload: string, done: (error?: Error) => void) => boolean): void {
    this.#drain.take(publish);
  }

  /** All that is told to `sink`, and kept here what is worth it. */
  beside(sink: TelemetrySink): TelemetrySink {
    return {
      reading: (device, id, reading, rules) => {
        sink.reading(device, id, reading, rules);
        this.#kept.reading(device, id, reading, rules.resolution);
      },
      event: (event) => {
        sink.event(event);
        this.#kept.event(event);
      },
      happened: (device, event) => sink.happened(device, event),
      deviceState: (device, state) => sink.deviceState(device, state),
      timing: (job, timing) => sink.timing(job, timing),
      refuse: (device, command, reason) => sink.refuse(device, command, reason),
    };
  }

  /** Lets what waits be written; at most a second. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#drain.close();
    await this.#client.close();
  }

  #look(): void {
    const { now, tell, onStatus } = this.#options;
    const { records, bytes, oldestMs, dropped, fault } = this.#client.facts;
    if (dropped > this.#toldDropped && now() - this.#toldDroppedAtMs >= DROPPED_EVERY_MS) {
      tell({
        kind: "outboxDropped",
        count: dropped - this.#toldDropped,
        total: dropped,
        cause: fault?.text ?? null,
      });
      this.#toldDropped = dropped;
      this.#toldDroppedAtMs = now();
    }
    if (fault?.code !== this.#fault) {
      if (fault === null) tell({ kind: "outboxWorks" });
      else tell({ kind: "outboxFailed", fault: fault.code, cause: fault.text });
      this.#fault = fault?.code;
    }
    const isLate = oldestMs !== null && oldestMs >= LATE_MS;
    const matters = JSON.stringify([isLate, dropped, fault]);
    if (matters === this.#status) return;
    this.#status = matters;
    const oldestS = oldestMs === null ? null : Math.round(oldestMs / 1000);
    onStatus({ records, bytes, oldestS, dropped, fault: fault?.text ?? null });
  }
}
