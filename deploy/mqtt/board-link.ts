/**
 * A board's place on a broker: joins what it says (retained board, events) and what it is told (command gate)
 * to one connection.
 *
 * States: offline; claiming (connected and subscribed, waits `claimMs` whether somebody else is online under
 * its id; nothing is published, commands are refused); live; silent (there is somebody else).
 * How long it is silent `id-claim.ts` decides.
 * Nothing here waits for the broker; while it is away readings are overwritten in place and the last
 * `eventsKept` events wait. What must not be lost comes from an outbox, in what room the rest leaves.
 */
import type { Command } from "../../devices/command-spec.ts";
import type { BrokerLogin } from "./broker-login.ts";
import { type CatalogueEntry, CommandGate, excessEveryMs, type WorldSet } from "./command-gate.ts";
import { EventRing } from "./event-ring.ts";
import { IdClaim } from "./id-claim.ts";
import type { Lane } from "./lane-splitter.ts";
import type { LinkCompanion } from "./link-companion.ts";
import type { LinkTraffic } from "./link-traffic.ts";
import { MqttClient } from "./mqtt-client.ts";
import { REPEAT_MS, type Reading, type ReadingRules, RetainedBoard } from "./retained-board.ts";
import type { BoardIdentity, IdProblem } from "./status-watch.ts";
import { type BoardTopics, boardTopics, isTopicLevel, parseSetTopic } from "./topics.ts";

export type LinkState = "offline" | "claiming" | "live" | "silent";

/** The node of a broker that is used, and how it is spoken with. */
export interface BrokerNode {
  readonly url: string;
  readonly mqtt: "5" | "3.1.1";
}

export interface BoardLinkOptions {
  /** `mqtt://host:port` or `mqtts://host:port`; several, with commas between them, for the nodes of one broker. */
  readonly url: string;
  /** Asked at every attempt to connect. */
  readonly login?: () => BrokerLogin;
  /** Default `holdfast`. */
  readonly root?: string;
  readonly board: string;
  readonly identity: BoardIdentity;
  readonly version: string;
  /** Whether wall time can be believed. */
  readonly clock?: "synced" | "unsynced";
  /** Monotonic ms. */
  readonly now?: () => number;
  /** Wall time for events, ISO 8601; null while it is not set. */
  readonly at?: () => string | null;
  readonly catalogue: () => readonly CatalogueEntry[];
  /** A release is offered; absent: offers are refused as commands to a device that there is not. */
  readonly onOffer?: (payload: Uint8Array) => void;
  readonly onCommand: (device: string, command: Command) => void;
  readonly onWorld?: (device: string, set: WorldSet) => void;
  /** The state changed; `cause` is for people. */
  readonly onState?: (state: LinkState, cause: string) => void;
  /** `code`: where it is the board's id that is not its own. */
  readonly onProblem?: (text: string, code?: IdProblem) => void;
  /** Says what it has to say over this link, too. */
  readonly companion?: LinkCompanion;
  /** Speaks in packets of its own, by `packet`. */
  readonly traffic?: LinkTraffic;
  /** Emptied to the topic `outbox` with QoS 1 while the board is live. */
  readonly outbox?: MessageSource;
  readonly publishEveryMs?: number;
  readonly repeatMs?: number;
  /** Default 256. */
  readonly eventsKept?: number;
  /** Default 300. */
  readonly claimMs?: number;
  readonly keepaliveS?: number;
  readonly backoffMs?: { readonly min: number; readonly max: number };
}

/** Gives messages to `publish` until that says `false`; each `done` is called once. */
export interface MessageSource {
  take(publish: (payload: string, done: (error?: Error) => void) => boolean): void;
}

/** How long the last words may take when the link closes, ms. */
const lastWordsMs = 1000;
/** Answers to refused commands that may wait for room on the connection. */
const answersKept = 64;

export class BoardLink {
  readonly #options: BoardLinkOptions;
  readonly #topics: BoardTopics;
  readonly #now: () => number;
  readonly #board: RetainedBoard;
  readonly #events: EventRing;
  readonly #gate: CommandGate;
  readonly #client: MqttClient;
  readonly #claim: IdClaim;
  readonly #repeatMs: number;
  #clock: "synced" | "unsynced";
  #extra: Readonly<Record<string, unknown>> = {};
  #state: LinkState = "offline";
  #cause = "not connected yet";
  #formerIndexSeen = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #claimTimer: NodeJS.Timeout | undefined;
  #excessTimer: NodeJS.Timeout | undefined;
  #answers: { readonly topic: string; readonly payload: string }[] = [];
  #refusal: string | undefined;
  #closing = false;

  constructor(options: BoardLinkOptions) {
    const { root = "holdfast", board, identity } = options;
    this.#options = options;
    this.#topics = boardTopics(root, board);
    this.#now = options.now ?? (() => performance.now());
    this.#clock = options.clock ?? "unsynced";
    this.#repeatMs = options.repeatMs ?? REPEAT_MS;
    this.#events = new EventRing(options.eventsKept ?? 256);
    this.#board = new RetainedBoard({
      root,
      board,
      now: this.#now,
      ...(options.publishEveryMs === undefined ? {} : { publishEveryMs: options.publishEveryMs }),
      repeatMs: this.#repeatMs,
    });
    const emulated = identity.hardware === "emulated";
    this.#gate = new CommandGate({ root, board, catalogue: options.catalogue, emulated });
    const { status, index, setFilter, worldFilter } = this.#topics;
    this.#client = new MqttClient({
      ...options,
      // 23 characters: the most that MQTT 3.1 brokers must accept.
      clientId: `${board.slice(0, 14)}-${randomHex(8)}`,
      will: this.#will(),
      subscriptions: [
        ...[status, index, setFilter],
        ...(emulated ? [worldFilter] : []),
        ...(options.companion?.filters ?? []),
      ],
      fleeting: options.traffic?.filters ?? [],
      ...(options.traffic === undefined ? {} : { lane: this.#laneOf(options.traffic) }),
      onConnect: () => this.#connected(),
      onMessage: (topic, payload, retain) => this.#received(topic, payload, retain),
      onOffline: (cause) => this.#offline(cause),
      onRoom: () => this.#pump(),
      onProblem: (text) => options.onProblem?.(text),
    });
    this.#claim = new IdClaim({
      ...{ board, identity, repeatMs: this.#repeatMs, now: this.#now },
      onTaken: (reason) => this.#fallSilent(reason),
      onFree: () => this.#client.restart(this.#will()),
      onCorrect: () => this.#correctStatus(),
      onProblem: (text, code) => options.onProblem?.(text, code),
    });
    this.#board.status(this.#status());
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Why it is in that state, for people. */
  get cause(): string {
    return this.#cause;
  }

  /** Why the board is silent; undefined while it may speak. */
  get taken(): { readonly code: IdProblem; readonly reason: string } | undefined {
    return this.#claim.taken;
  }

  /** Which node of the broker, and how it is spoken with; undefined while offline. */
  get broker(): BrokerNode | undefined {
    if (this.#state === "offline") return undefined;
    const { brokerUrl: url, protocolVersion } = this.#client;
    return { url, mqtt: protocolVersion === 5 ? "5" : "3.1.1" };
  }

  /** Since the start: events that were dropped, commands that were refused, topics that did not fit. */
  get counts(): {
    readonly eventsDropped: number;
    readonly commandsRefused: number;
    readonly topicsRefused: number;
  } {
    return {
      eventsDropped: this.#events.dropped,
      commandsRefused: this.#gate.refused,
      topicsRefused: this.#board.refused,
    };
  }

  /** Starts connecting. */
  start(): void {
    this.#client.start();
  }

  reading(device: string, id: string, reading: Reading, rules?: ReadingRules): void {
    this.#board.reading(device, id, reading, rules);
    this.#pump();
  }

  deviceState(device: string, state: Readonly<Record<string, unknown>>): void {
    this.#board.state(device, state);
    this.#pump();
  }

  timing(job: string, timing: Readonly<Record<string, unknown>>): void {
    this.#board.timing(job, timing);
    this.#pump();
  }

  /** Links with other boards. */
  links(links: Readonly<Record<string, unknown>>): void {
    this.#board.links(links);
    this.#pump();
  }

  /** The device is no longer on the board: clears its retained topics. */
  remove(device: string): void {
    this.#board.remove(device);
    this.#pump();
  }

  /** Adds fields to the status document; published at once. */
  status(extra: Readonly<Record<string, unknown>>): void {
    this.#extra = extra;
    this.#board.status(this.#status());
    this.#pump();
  }

  /** Wall time became known, or is not to be believed any more; published when it changes. */
  clock(clock: "synced" | "unsynced"): void {
    if (clock === this.#clock) return;
    this.#clock = clock;
    this.status(this.#extra);
  }

  /** One event, QoS 1, not retained; kept while the broker is away. `at` is added when it is missing. */
  event(event: { readonly kind: string } & Readonly<Record<string, unknown>>): void {
    this.#events.push({ at: this.#options.at?.() ?? null, ...event });
    this.#pump();
  }

  /**
   * What happened on an input: QoS 1, not retained, and never kept: it is said at once or not at all, because whoever
   * switches something by it must not do so later.
   */
  happened(device: string, event: Readonly<Record<string, unknown>>): void {
    if (this.#state !== "live") return;
    const payload = JSON.stringify(event);
    this.#client.publish(this.#topics.event(device), payload, { qos: 1, retain: false });
  }

  /** A packet for another board, QoS 0: sent at once while this one may speak and there is room, or not at all. */
  packet(topic: string, payload: Uint8Array): void {
    if (this.#state === "live") this.#client.publishNow(topic, payload);
  }

  /** The outbox has something. */
  wake(): void {
    this.#pump();
  }

  /** Answers a command that passed the gate and then could not be carried out, for example `ownedBy`. */
  refuse(device: string, command: unknown, reason: string): void {
    const id = (command as { readonly id?: unknown } | null)?.id;
    if (typeof id === "string") this.#gate.forget(device, id);
    this.#answerRefused(device, command, reason);
  }

  /** Says offline, waits for the acknowledgement for a second at most, and leaves nothing open. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#claimTimer);
    this.#claim.close();
    clearTimeout(this.#excessTimer);
    if (this.#state === "live") {
      await new Promise<void>((done) => {
        const limit = setTimeout(done, lastWordsMs);
        const said = () => {
          clearTimeout(limit);
          done();
        };
        const { topic, payload } = this.#will();
        if (!this.#client.publish(topic, payload, { qos: 1, retain: true, done: said })) said();
      });
    }
    await this.#client.close();
    this.#state = "offline";
  }

  #connected(): void {
    if (this.#closing) return;
    // All is said again on every connection: the broker may have been restarted without its memory.
    this.#board.republish();
    if (this.#claim.taken !== undefined) {
      this.#enter("silent", this.#claim.taken.reason);
    } else {
      this.#enter("claiming", "connected");
      clearTimeout(this.#claimTimer);
      this.#claimTimer = setTimeout(() => {
        if (this.#state === "claiming") this.#goLive();
      }, this.#options.claimMs ?? 300);
    }
  }

  #goLive(): void {
    this.#enter("live", `connected to ${this.broker!.url}, MQTT ${this.broker!.mqtt}`);
    this.#options.companion?.live();
    this.#options.traffic?.live();
    this.#pump();
  }

  #offline(cause: string): void {
    clearTimeout(this.#claimTimer);
    this.#answers = [];
    if (!this.#closing) this.#enter("offline", cause);
  }

  #enter(state: LinkState, cause: string): void {
    this.#state = state;
    this.#cause = cause;
    this.#options.onState?.(state, cause);
  }

  #laneOf(traffic: LinkTraffic): Lane {
    const received = (topic: string, payload: Uint8Array) => {
      if (!this.#closing) traffic.received(topic, payload);
    };
    return { prefix: traffic.lane, received };
  }

  #received(topic: string, payload: Uint8Array, retain: boolean): void {
    if (this.#closing) return;
    if (topic === this.#topics.status) this.#claim.seen(payload, this.#state === "live");
    else if (topic === this.#topics.index) this.#indexSeen(payload);
    else if (this.#options.companion?.filters.includes(topic)) this.#companionHeard(payload);
    else if (this.#options.traffic?.received(topic, payload) === true) return;
    else if (this.#state === "live" && topic === this.#topics.offer && !retain && this.#options.onOffer)
      this.#options.onOffer(payload);
    else if (this.#state === "live") this.#commanded(topic, payload, retain);
    else if (this.#claim.taken === undefined) this.#commandedEarly(topic, payload, retain);
  }

  #companionHeard(payload: Uint8Array): void {
    this.#options.companion?.received(payload);
    this.#pump();
  }

  #commanded(topic: string, payload: Uint8Array, retain: boolean): void {
    const result = this.#gate.offer(topic, payload, retain, this.#now());
    if (result.kind === "command") {
      this.#options.onCommand(result.device, result.command);
    } else if (result.kind === "world") {
      this.#options.onWorld?.(result.device, result.set);
    } else if (result.kind === "repeated") {
      const { device, id } = result;
      this.event({ kind: "command", device, id, outcome: "done", repeated: true });
    } else if (result.kind === "refused") {
      this.#answerRefused(result.device, result.command, result.reason);
    } else if (result.kind === "dropped") {
      this.#excessTimer ??= setTimeout(() => this.#tellExcess(), excessEveryMs);
    }
  }

  /** The end of a flood would otherwise stay untold until the next one. */
  #tellExcess(): void {
    this.#excessTimer = undefined;
    const result = this.#gate.unreported(this.#now());
    if (result?.kind === "refused") this.#answerRefused(result.device, result.command, result.reason);
  }

  /** Before the id is claimed nothing is carried out; what came is reported once the board is live. */
  #commandedEarly(topic: string, payload: Uint8Array, retain: boolean): void {
    if (retain) {
      this.#commanded(topic, payload, retain);
    } else {
      const { root = "holdfast", board } = this.#options;
      const device = parseSetTopic(root, board, topic)?.device ?? null;
      this.#answerRefused(device, null, "the board is not ready yet: it is still joining the broker");
    }
  }

  #answerRefused(device: string | null, command: unknown, reason: string): void {
    const answered = device !== null && isTopicLevel(device) && this.#state === "live";
    if (answered && this.#answers.length < answersKept)
      this.#answers.push({ topic: this.#topics.error(device), payload: JSON.stringify({ command, reason }) });
    this.event({ kind: "refused", device, command, reason });
  }

  /** The first index is that of an earlier start: what it names and nobody says any more is cleared. */
  #indexSeen(payload: Uint8Array): void {
    if (this.#formerIndexSeen || this.#claim.taken !== undefined || this.#state === "live") return;
    this.#formerIndexSeen = true;
    this.#board.inherit(readIndex(payload));
    this.#pump();
  }

  #fallSilent(reason: string): void {
    clearTimeout(this.#claimTimer);
    this.#options.traffic?.silent();
    this.#enter("silent", reason);
    // Our will would mark the other board as gone.
    this.#client.restart(undefined);
  }

  #correctStatus(): void {
    this.#board.republishStatus();
    this.#pump();
  }

  /** Publishes what is due and sets the timer for what will be. */
  #pump(): void {
    if (this.#state !== "live" || this.#closing) return;
    const client = this.#client;
    // Whoever sent a command waits for its answer: silence would mean that it was carried out.
    while (this.#answers[0] !== undefined) {
      const { topic, payload } = this.#answers[0];
      if (!client.publish(topic, payload, { qos: 1, retain: false })) break;
      this.#answers.shift();
    }
    this.#events.take((payload, done) =>
      client.publish(this.#topics.events, payload, { qos: 1, retain: false, done }),
    );
    this.#board.take(({ topic, payload }) =>
      client.publish(topic, payload, {
        qos: 1,
        retain: true,
        done: (error) => {
          if (error !== undefined) this.#board.lost(topic);
        },
      }),
    );
    this.#options.companion?.take(({ topic, payload }, done) =>
      client.publish(topic, payload, { qos: 1, retain: true, done }),
    );
    this.#options.outbox?.take((payload, done) =>
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

  /** On a connection that is still there it was the broker's will: said once for each cause. */
  #refused(topic: string, error: Error | undefined): void {
    if (error === undefined || !this.#client.online) return;
    const text = `the broker does not take ${topic}: ${error.message}; it is kept and tried again: may this board publish there?`;
    if (text === this.#refusal) return;
    this.#refusal = text;
    this.#options.onProblem?.(text);
  }

  #arm(): void {
    const atMs = soonest(this.#board.nextAtMs, this.#options.companion?.nextAtMs);
    if (atMs === this.#timerAtMs && this.#timer !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Without room the next acknowledgement pumps.
    if (atMs === undefined || !this.#client.hasRoom) return;
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#pump();
      },
      Math.max(5, atMs - this.#now()),
    );
  }

  #status(): Readonly<Record<string, unknown>> {
    return { ...this.#extra, ...this.#describe("online"), clock: this.#clock };
  }

  #will(): { readonly topic: string; readonly payload: string } {
    return { topic: this.#topics.status, payload: JSON.stringify(this.#describe("offline")) };
  }

  #describe(state: "online" | "offline"): Readonly<Record<string, unknown>> {
    const { identity, version } = this.#options;
    return { schema: 1, state, ...identity, version };
  }
}

function soonest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

function readIndex(payload: Uint8Array): string[] {
  try {
    const { topics } = JSON.parse(Buffer.from(payload).toString("utf8"));
    return Array.isArray(topics) ? topics.filter((topic) => typeof topic === "string") : [];
  } catch {
    return [];
  }
}

function randomHex(digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join("");
}
