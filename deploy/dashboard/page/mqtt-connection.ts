/**
 * Keeps one MQTT 3.1.1 connection over WebSocket to the host that served the page.
 *
 * Every attempt has a fresh client, a fresh client id and a clean session: nothing queued for an earlier page
 * is delivered to this one, and commands are never queued while there is no connection. The broker is pinged
 * every 5 s; one that has not answered by the next ping counts as gone, since a cut network closes no socket.
 */
import { MQTTClient } from "u8-mqtt/esm/web/basic-v4.js";
import { retryDelayMs } from "../store/back-off.ts";
import type { Connection } from "../store/connection.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface ConnectionEvents {
  changed(connection: Connection): void;
  message(topic: string, text: string, retained: boolean): void;
}

const pingMs = 5000;
/** Told to the broker: browsers slow the timers of a hidden page down to one a minute. */
const keepAliveS = 90;
const openingLimitMs = 8000;
/** CONNACK return codes: bad user name or password, not authorised. */
const deniedCodes = new Set([4, 5]);

export class MqttConnection {
  readonly #url: string;
  readonly #topics: readonly string[];
  readonly #events: ConnectionEvents;
  readonly #utf8 = new TextDecoder();
  #credentials: Credentials | undefined;
  #socket: WebSocket | undefined;
  #client: MQTTClient | undefined;
  #attempt = 0;
  #refused = 0;
  #session = 0;
  #lastHeardMs: number | null = null;
  #timer: number | undefined;
  #phase: Connection["phase"] = "connecting";

  constructor(url: string, topics: readonly string[], events: ConnectionEvents) {
    this.#url = url;
    this.#topics = topics;
    this.#events = events;
    addEventListener("online", () => this.retryNow());
  }

  /** Connects, or tries again at once instead of waiting; does nothing while connected. */
  retryNow(): void {
    if (this.#phase === "online" || this.#phase === "denied" || this.#socket !== undefined) return;
    this.#open();
  }

  /** Tries again as somebody; the broker had refused. */
  signIn(credentials: Credentials): void {
    this.#credentials = credentials;
    this.#attempt = 0;
    if (this.#socket === undefined) this.#open();
  }

  /** Publishes at QoS 1, not retained. False when there is no connection: nothing is kept for later. */
  publish(topic: string, payload: object): boolean {
    if (this.#phase !== "online" || this.#client === undefined) return false;
    this.#client.send(topic, JSON.stringify(payload)).catch(() => this.#socket?.close());
    return true;
  }

  #open(): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url, ["mqtt"]);
    const client = new MQTTClient({
      on_mqtt_type: {
        mqtt_publish: ({ topic, payload, retain }) => {
          this.#lastHeardMs = Date.now();
          this.#events.message(topic, this.#utf8.decode(payload), retain);
        },
        mqtt_pingresp: () => this.#heard(),
      },
      log_conn: () => {},
      on_disconnect: () => {},
      on_error: () => socket.close(),
    });
    this.#socket = socket;
    this.#client = client;
    this.#timer = setTimeout(() => this.#ended(socket), openingLimitMs);
    client.with_websock(socket);
    socket.addEventListener("close", () => this.#ended(socket));
    this.#tell(null);
    this.#greet(client, socket).catch((error: unknown) => {
      if (this.#socket !== socket) return;
      const denied = deniedCodes.has(Number((error as { reason?: unknown }).reason));
      if (denied && this.#credentials !== undefined) this.#refused++;
      this.#ended(socket, denied);
    });
  }

  async #greet(client: MQTTClient, socket: WebSocket): Promise<void> {
    const user = this.#credentials;
    await client.connect({
      client_id: `page-${crypto.getRandomValues(new Uint32Array(3)).join("-")}`,
      keep_alive: keepAliveS,
      flags: { clean_start: true, ...(user === undefined ? {} : { username: true, password: true }) },
      ...user,
    });
    if (this.#socket !== socket) return;
    clearTimeout(this.#timer);
    // The session counts before the first message of it can arrive.
    this.#session++;
    this.#attempt = 0;
    this.#phase = "online";
    this.#heard();
    client.conn.ping(pingMs / 1000);
    this.#watch(socket, Date.now());
    await client.subscribe(this.#topics);
  }

  #watch(socket: WebSocket, previousMs: number): void {
    this.#timer = setTimeout(() => {
      if (this.#socket !== socket) return;
      const startMs = Date.now();
      if ((this.#lastHeardMs ?? 0) < previousMs) this.#ended(socket);
      else this.#watch(socket, startMs);
    }, pingMs + 500);
  }

  #heard(): void {
    this.#lastHeardMs = Date.now();
    this.#tell(null);
  }

  #ended(socket: WebSocket, denied = false): void {
    if (this.#socket !== socket) return;
    clearTimeout(this.#timer);
    this.#socket = undefined;
    this.#client?.conn.ping(0);
    this.#client = undefined;
    socket.close();
    if (denied) {
      // Nothing is tried again by itself: the same password would only lock somebody out.
      this.#phase = "denied";
      this.#tell(null);
      return;
    }
    this.#phase = this.#session === 0 ? "connecting" : "lost";
    const delayMs = retryDelayMs(this.#attempt++, Math.random());
    this.#timer = setTimeout(() => this.#open(), delayMs);
    this.#tell(Date.now() + delayMs);
  }

  #tell(retryAtMs: number | null): void {
    const { changed } = this.#events;
    changed({
      phase: this.#phase,
      session: this.#session,
      lastHeardMs: this.#lastHeardMs,
      retryAtMs,
      refused: this.#refused,
    });
  }
}
