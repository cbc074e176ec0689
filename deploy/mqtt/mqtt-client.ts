/**
 * MQTT.js, wrapped once.
 *
 * Every attempt to connect is a new MQTT.js client, so nothing of a lost connection lives on: no queue, no
 * unacknowledged publication that is sent again out of order (mqttjs/MQTT.js#450), no session. Whoever uses
 * this publishes again what still matters; `publish` says "no" instead of queueing. Reconnecting is done here
 * too, with back-off, also after a refused CONNACK (which MQTT.js by itself takes as final).
 *
 * MQTT 5 is tried first, 3.1.1 where a broker does not know that (`version-choice.ts`); of several addresses the next one
 * after each failure (`broker-round.ts`).
 *
 * Not implemented: WebSocket to the broker, QoS 2, sessions.
 */
import mqtt, { type IClientOptions } from "mqtt";
import { Backoff } from "./backoff.ts";
import { brokerUrl, openBrokerSocket } from "./broker-address.ts";
import { brokerCause } from "./broker-cause.ts";
import type { BrokerLogin } from "./broker-login.ts";
import { BrokerRound } from "./broker-round.ts";
import { Attempt } from "./connect-attempt.ts";
import { besideLane } from "./lane-socket.ts";
import type { Lane } from "./lane-splitter.ts";
import { SESSION_PROPERTIES } from "./session-properties.ts";
import { Subscriptions } from "./subscriptions.ts";
import { VersionChoice } from "./version-choice.ts";

export interface MqttWill {
  readonly topic: string;
  readonly payload: string;
}

export interface MqttClientOptions {
  /** `mqtt://host:port` or `mqtts://host:port`; several, with commas between them, for the nodes of one broker. */
  readonly url: string;
  readonly clientId: string;
  /** Asked at every attempt; an Error of it ends that one with its message. Default: no login, TLS as Node.js has it. */
  readonly login?: () => BrokerLogin;
  /** Published retained with QoS 1 by the broker when this client is lost. */
  readonly will?: MqttWill;
  /** Filters subscribed with QoS 1 on every connect, before `onConnect`. They must not overlap. */
  readonly subscriptions: readonly string[];
  /** The same with QoS 0: for what is said again anyway. On NATS each filter with QoS 1 takes a consumer in its store, and half a second. */
  readonly fleeting?: readonly string[];
  /** Seconds; the broker declares this client lost after one and a half times that. Default 10. */
  readonly keepaliveS?: number;
  /** Publications under way; more are refused. Default 16 (Mosquitto takes 20). */
  readonly maxInFlight?: number;
  /** Default 250 and 4000: 200 boards then knock at a broker that is back 100 times a second, and all are in after 4 s. */
  readonly backoffMs?: { readonly min: number; readonly max: number };
  /** 0..1; default Math.random. */
  readonly random?: () => number;
  /** Connected and subscribed. `sessionNew` is true unless the broker kept a session against our wish. */
  readonly onConnect: (sessionNew: boolean) => void;
  /** `retain`: delivered from the store, or (MQTT 5 only) published live with the flag. */
  readonly onMessage: (topic: string, payload: Uint8Array, retain: boolean) => void;
  /** Packets that are handed over as the socket brings them, without MQTT.js: with QoS 0, not retained. Default: none. */
  readonly lane?: Lane;
  /** The connection, or the attempt, is over; another attempt follows by itself. */
  readonly onOffline: (cause: string) => void;
  /** A publication ended, so `publish` would be accepted again. */
  readonly onRoom?: () => void;
  /** Something that does not end the connection: a refused subscription. */
  readonly onProblem?: (text: string) => void;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** Called once: without an error when QoS 1 was acknowledged (QoS 0: written), else when it was lost. */
  readonly done?: (error?: Error) => void;
}

/** A connection that lasts this long was a success: the back-off starts over. */
const stableMs = 5000;
const connectLimitMs = 5000;
/** How long a goodbye may take before the socket is simply destroyed. */
const goodbyeLimitMs = 1000;
/** Bytes that may wait in the socket: a broker that does not read must not fill our memory. */
const maxBufferedBytes = 512 * 1024;

/** One lasting connection to a broker. */
export class MqttClient {
  readonly #options: MqttClientOptions;
  readonly #backoff: Backoff;
  readonly #round: BrokerRound;
  readonly #version = new VersionChoice();
  readonly #maxInFlight: number;
  #will: MqttWill | undefined;
  #attempt: Attempt | undefined;
  #retry: NodeJS.Timeout | undefined;
  #goodbye: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: MqttClientOptions) {
    const { min, max } = options.backoffMs ?? { min: 250, max: 4000 };
    this.#options = options;
    this.#will = options.will;
    this.#maxInFlight = options.maxInFlight ?? 16;
    this.#backoff = new Backoff(min, max, options.random ?? Math.random);
    this.#round = new BrokerRound(options.url);
  }

  /** Starts connecting; goes on until `close`. */
  start(): void {
    if (this.#attempt === undefined && this.#retry === undefined && !this.#closed) this.#connect();
  }

  /** Connected and subscribed. */
  get online(): boolean {
    return this.#attempt?.online ?? false;
  }

  /** Whether `publish` would be accepted now; when it becomes so `onConnect` or `onRoom` is called. */
  get hasRoom(): boolean {
    const attempt = this.#attempt;
    if (attempt === undefined || !attempt.online || attempt.pending.size >= this.#maxInFlight) return false;
    return attempt.client.stream.writableLength <= maxBufferedBytes;
  }

  /** 5, or 4 for MQTT 3.1.1: what the last attempt spoke. */
  get protocolVersion(): 4 | 5 {
    return this.#version.current;
  }

  /** The address that is used now, or tried next. */
  get brokerUrl(): string {
    return brokerUrl(this.#round.current);
  }

  /** Sends, or says `false` when offline or when as much as allowed is under way. */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions): boolean {
    const attempt = this.#attempt;
    if (attempt === undefined || !this.hasRoom) return false;
    const entry = { done: options.done };
    attempt.pending.add(entry);
    const bytes = typeof payload === "string" ? payload : Buffer.from(payload);
    attempt.client.publish(topic, bytes, { qos: options.qos, retain: options.retain }, (error) => {
      if (!attempt.pending.delete(entry)) return;
      entry.done?.(error ?? undefined);
      if (attempt.online) this.#options.onRoom?.();
    });
    return true;
  }

  /**
   * Sends with QoS 0 what is worth nothing later, beside the publications that are counted. False, and nothing is sent,
   * when offline or when half of what may wait in the socket waits: the other half is for those.
   */
  publishNow(topic: string, payload: Uint8Array): boolean {
    const attempt = this.#attempt;
    if (attempt === undefined || !attempt.online) return false;
    if (attempt.client.stream.writableLength > maxBufferedBytes / 2) return false;
    attempt.publishNow(topic, payload);
    return true;
  }

  /** Says goodbye (the broker drops the old will), then connects again with this will, or none. */
  restart(will: MqttWill | undefined): void {
    this.#will = will;
    const attempt = this.#attempt;
    if (attempt === undefined || this.#closed) return;
    this.#goodbye = this.#sayGoodbye(attempt, "restarted");
    void this.#goodbye.then(() => {
      if (!this.#closed && this.#attempt === undefined) this.#connect();
    });
  }

  /** Says goodbye so that no will is published, and leaves nothing open. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const attempt = this.#attempt;
    if (attempt !== undefined) this.#goodbye = this.#sayGoodbye(attempt, "closed");
    await this.#goodbye;
  }

  #connect(): void {
    this.#retry = undefined;
    const { clientId, keepaliveS = 10 } = this.#options;
    let login: BrokerLogin;
    try {
      login = this.#options.login?.() ?? {};
    } catch (error) {
      this.#retry = setTimeout(() => this.#connect(), this.#backoff.next());
      this.#options.onOffline((error as Error).message);
      return;
    }
    const { user, password, tls } = login;
    const version = this.#version.current;
    const options: IClientOptions = {
      clientId,
      protocolId: "MQTT",
      protocolVersion: version,
      clean: true,
      keepalive: keepaliveS,
      connectTimeout: connectLimitMs,
      reconnectPeriod: 0,
      reconnectOnConnackError: true,
      queueQoSZero: false,
      resubscribe: false,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password }),
      ...(version === 5 && { properties: SESSION_PROPERTIES }),
      ...(this.#will === undefined
        ? {}
        : {
            will: { ...this.#will, payload: Buffer.from(this.#will.payload), qos: 1 as const, retain: true },
          }),
    };
    const address = this.#round.current;
    const open = () => besideLane(openBrokerSocket(address, tls), this.#options.lane, version);
    const client = new mqtt.MqttClient(open, options);
    const attempt = new Attempt(client, version, performance.now());
    this.#attempt = attempt;

    client.on("connect", ({ sessionPresent }) => {
      attempt.answered = true;
      this.#subscribe(attempt, !sessionPresent);
    });
    client.on("message", (topic, payload, { retain }) => {
      if (attempt === this.#attempt) this.#options.onMessage(topic, payload, retain);
    });
    client.on("disconnect", ({ reasonCode }) => {
      attempt.cause = `the broker ended the connection (reason ${reasonCode ?? 0})`;
    });
    client.on("error", (error) => {
      attempt.cause ??= brokerCause(error, {
        host: address.host,
        handshake: address.tls && !attempt.secured,
        ...(user !== undefined && { user }),
      });
      const code = "code" in error ? error.code : undefined;
      if (typeof code === "number") {
        attempt.answered = true;
        attempt.refusedVersion = this.#version.refused(code);
      }
      this.#lose(attempt);
    });
    client.on("close", () => this.#lose(attempt));
  }

  #subscribe(attempt: Attempt, sessionNew: boolean): void {
    const { subscriptions, fleeting = [], onConnect, onProblem } = this.#options;
    attempt.subscriptions = new Subscriptions({
      client: attempt.client,
      wanted: new Map([
        ...subscriptions.map((filter) => [filter, 1] as const),
        ...fleeting.map((filter) => [filter, 0] as const),
      ]),
      onReady: () => {
        attempt.online = true;
        onConnect(sessionNew);
      },
      onRefused: (filter) =>
        onProblem?.(`the broker refused the subscription to ${filter}; it is asked for again`),
      onSilent: () => {
        attempt.cause ??= "the broker takes connections and does not answer subscriptions";
        this.#lose(attempt);
      },
    });
    attempt.subscriptions.start();
  }

  #lose(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    this.#attempt = undefined;
    const lastedMs = attempt.online ? performance.now() - attempt.sinceMs : 0;
    attempt.end();
    if (this.#closed) return;
    if (lastedMs >= stableMs) this.#backoff.reset();
    let delayMs = this.#backoff.next();
    if (attempt.refusedVersion) delayMs = 0;
    else if (!this.#asksAgain(attempt)) this.#round.next();
    this.#retry = setTimeout(() => this.#connect(), delayMs);
    attempt.abandon("connection lost");
    this.#options.onOffline(attempt.cause ?? "connection closed");
  }

  /** The same node, because it may only have disliked the version. Silence says nothing about that. */
  #asksAgain(attempt: Attempt): boolean {
    if (attempt.answered) this.#version.understood();
    else if (attempt.opened && attempt.hungUp) return this.#version.closed();
    return false;
  }

  async #sayGoodbye(attempt: Attempt, cause: string): Promise<void> {
    this.#attempt = undefined;
    attempt.online = false;
    attempt.subscriptions?.end();
    attempt.abandon(cause);
    await new Promise<void>((done) => {
      const limit = setTimeout(done, goodbyeLimitMs);
      // Once CONNACK came only DISCONNECT takes the will back, also while the subscription is under way.
      attempt.client.end(!attempt.answered, {}, () => {
        clearTimeout(limit);
        done();
      });
    });
    attempt.end();
  }
}
