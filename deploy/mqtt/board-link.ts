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
import { randomBytes } from "node:crypto";
import type { BoardLinkOptions, BrokerNode, LinkState } from "./board-link-options.ts";
import { BoardStatus } from "./board-status.ts";
import { CommandDesk } from "./command-desk.ts";
import { EventRing } from "./event-ring.ts";
import { IdClaim } from "./id-claim.ts";
import { indexTopics } from "./index-topics.ts";
import type { Lane } from "./lane-splitter.ts";
import { lastWords } from "./last-words.ts";
import { LinkPump } from "./link-pump.ts";
import type { LinkTraffic } from "./link-traffic.ts";
import { MqttClient } from "./mqtt-client.ts";
import { REPEAT_MS, type Reading, type ReadingRules, RetainedBoard } from "./retained-board.ts";
import type { IdProblem } from "./status-watch.ts";
import { type BoardTopics, boardTopics } from "./topics.ts";

export class BoardLink {
  readonly #options: BoardLinkOptions;
  readonly #topics: BoardTopics;
  readonly #now: () => number;
  readonly #board: RetainedBoard;
  readonly #events: EventRing;
  readonly #desk: CommandDesk;
  readonly #pump: LinkPump;
  readonly #status: BoardStatus;
  readonly #client: MqttClient;
  readonly #claim: IdClaim;
  #state: LinkState = "offline";
  #cause = "not connected yet";
  #formerIndexSeen = false;
  #claimTimer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(options: BoardLinkOptions) {
    const { root = "holdfast", board, identity } = options;
    this.#options = options;
    this.#topics = boardTopics(root, board);
    this.#now = options.now ?? (() => performance.now());
    const repeatMs = options.repeatMs ?? REPEAT_MS;
    this.#status = new BoardStatus(this.#topics.status, identity, options);
    this.#events = new EventRing(options.eventsKept ?? 256);
    this.#board = new RetainedBoard({
      ...{ root, board, repeatMs, now: this.#now },
      ...(options.publishEveryMs === undefined ? {} : { publishEveryMs: options.publishEveryMs }),
    });
    const emulated = identity.hardware === "emulated";
    this.#desk = new CommandDesk({
      ...{ root, board, emulated, catalogue: options.catalogue, now: this.#now },
      isLive: () => this.#state === "live",
      onCommand: options.onCommand,
      ...(options.onWorld && { onWorld: options.onWorld }),
      event: (event) => this.event(event),
    });
    const { status, index, setFilter, worldFilter } = this.#topics;
    this.#client = new MqttClient({
      ...options,
      // 23 characters: the most that MQTT 3.1 brokers must accept.
      clientId: `${board.slice(0, 14)}-${randomBytes(4).toString("hex")}`,
      will: this.#status.will,
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
      onRoom: () => this.#pump.run(),
      onProblem: (text) => options.onProblem?.(text),
    });
    this.#claim = new IdClaim({
      ...{ board, identity, repeatMs, now: this.#now },
      onTaken: (reason) => this.#fallSilent(reason),
      onFree: () => this.#client.restart(this.#status.will),
      onCorrect: () => this.#correctStatus(),
      onProblem: (text, code) => options.onProblem?.(text, code),
    });
    this.#pump = new LinkPump(this.#client, this.#topics, {
      ...{ desk: this.#desk, events: this.#events, board: this.#board, now: this.#now },
      ...(options.companion && { companion: options.companion }),
      ...(options.outbox && { outbox: options.outbox }),
      isOpen: () => this.#state === "live" && !this.#closing,
      onProblem: (text) => options.onProblem?.(text),
    });
    this.#board.status(this.#status.document);
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
  get counts() {
    return {
      eventsDropped: this.#events.dropped,
      commandsRefused: this.#desk.refused,
      topicsRefused: this.#board.refused,
    };
  }

  /** Starts connecting. */
  start(): void {
    this.#client.start();
  }

  reading(device: string, id: string, reading: Reading, rules?: ReadingRules): void {
    this.#board.reading(device, id, reading, rules);
    this.#pump.run();
  }

  deviceState(device: string, state: Readonly<Record<string, unknown>>): void {
    this.#board.state(device, state);
    this.#pump.run();
  }

  timing(job: string, timing: Readonly<Record<string, unknown>>): void {
    this.#board.timing(job, timing);
    this.#pump.run();
  }

  /** Links with other boards. */
  links(links: Readonly<Record<string, unknown>>): void {
    this.#board.links(links);
    this.#pump.run();
  }

  /** The device is no longer on the board: clears its retained topics. */
  remove(device: string): void {
    this.#board.remove(device);
    this.#pump.run();
  }

  /** Adds fields to the status document; published at once. */
  status(extra: Readonly<Record<string, unknown>>): void {
    this.#status.add(extra);
    this.#board.status(this.#status.document);
    this.#pump.run();
  }

  /** Wall time became known, or is not to be believed any more; published when it changes. */
  clock(clock: "synced" | "unsynced"): void {
    if (!this.#status.clock(clock)) return;
    this.#board.status(this.#status.document);
    this.#pump.run();
  }

  /** One event, QoS 1, not retained; kept while the broker is away. `at` is added when it is missing. */
  event(event: { readonly kind: string } & Readonly<Record<string, unknown>>): void {
    this.#events.push({ at: this.#options.at?.() ?? null, ...event });
    this.#pump.run();
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
    this.#pump.run();
  }

  /** Answers a command that passed the gate and then could not be carried out, for example `ownedBy`. */
  refuse(device: string, command: unknown, reason: string): void {
    this.#desk.refuse(device, command, reason);
  }

  /** Says offline, waits for the acknowledgement for a second at most, and leaves nothing open. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#pump.close();
    clearTimeout(this.#claimTimer);
    this.#claim.close();
    this.#desk.close();
    if (this.#state === "live") await lastWords(this.#client, this.#status.will);
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
    this.#pump.run();
  }

  #offline(cause: string): void {
    clearTimeout(this.#claimTimer);
    this.#desk.forgetAnswers();
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
    else if (this.#state === "live") this.#desk.commanded(topic, payload, retain);
    else if (this.#claim.taken === undefined) this.#desk.early(topic, payload, retain);
  }

  #companionHeard(payload: Uint8Array): void {
    this.#options.companion?.received(payload);
    this.#pump.run();
  }

  /** The first index is that of an earlier start: what it names and nobody says any more is cleared. */
  #indexSeen(payload: Uint8Array): void {
    if (this.#formerIndexSeen || this.#claim.taken !== undefined || this.#state === "live") return;
    this.#formerIndexSeen = true;
    this.#board.inherit(indexTopics(payload));
    this.#pump.run();
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
    this.#pump.run();
  }
}
