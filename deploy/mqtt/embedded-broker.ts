/**
 * The broker a board brings along: aedes on TCP, and on any stream handed to it (WebSocket).
 *
 * Bounds: packets, clients, retained topics and their bytes. It keeps no sessions: a client that goes away
 * loses its subscriptions and what was queued for it, because aedes queues in memory without a limit and a
 * command that waited for its board must not move anything. MQTT 5 clients are told so (session expiry 1 s);
 * 3.1.1 clients find no session when they come back. A client that stops reading is dropped after 2 s: aedes
 * makes everybody wait for it after 100 undelivered messages.
 *
 * Not implemented: shared subscriptions (aedes has none), TLS (put the board behind one, or use Mosquitto).
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Aedes } from "aedes";
import { isLoopback, listen } from "../listen.ts";
import { Access, type Credential, mayPublish, mayRead, type Role } from "./access.ts";

export interface EmbeddedBrokerOptions {
  /** Default 1883; 0 takes any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. Anything but loopback needs credentials. */
  readonly host?: string;
  /** None: everybody who reaches the loopback port may do everything. */
  readonly credentials?: readonly Credential[];
  /** Largest packet taken, bytes. Default 256 KiB. */
  readonly maxPacketBytes?: number;
  /** Default 64, TCP and WebSocket together. */
  readonly maxClients?: number;
  /** Default 4096. */
  readonly maxRetainedTopics?: number;
  /** Payload bytes of all retained messages. Default 8 MiB. */
  readonly maxRetainedBytes?: number;
  /** A client that was refused or dropped, as a sentence. */
  readonly onProblem?: (text: string) => void;
}

/** MQTT 3.1.1 and 5 over TCP and streams. */
export class EmbeddedBroker {
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  readonly #roles: WeakMap<object, Role>;
  readonly #maxStreams: number;
  #port = 0;
  #closing: Promise<void> | undefined;

  private constructor(aedes: Aedes, roles: WeakMap<object, Role>, maxClients: number) {
    this.#aedes = aedes;
    this.#roles = roles;
    // Twice as many sockets as clients, so that strangers who never say CONNECT cannot lock a client out at once.
    this.#maxStreams = maxClients * 2;
    this.#server = createServer({ noDelay: true }, (socket: Socket) => this.handle(socket));
  }

  /** Starts listening. Throws an Error that names the option when the port is taken. */
  static async start(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
    const { host = "127.0.0.1", port = 1883, credentials, maxClients = 64 } = options;
    const problem = options.onProblem ?? (() => {});
    if (!isLoopback(host) && (credentials === undefined || credentials.length === 0)) {
      throw new Error(
        `the MQTT broker would be open to the network on ${host} without a password: configure credentials, or listen on 127.0.0.1`,
      );
    }
    const access = credentials === undefined ? undefined : new Access(credentials);
    const roles = new WeakMap<object, Role>();
    const retained = new RetainedQuota(
      options.maxRetainedTopics ?? 4096,
      options.maxRetainedBytes ?? 8 << 20,
    );

    const aedes = new Aedes({
      maximumPacketSize: options.maxPacketBytes ?? 256 * 1024,
      connectTimeout: 5000,
      drainTimeout: 2000,
      maxTopicLevels: 16,
      receiveMaximum: 64,
      sessionExpiryIntervalLimit: 1,
      pendingSessionsLimit: maxClients,
      preConnect: (_client, packet, done) => {
        if (packet.protocolVersion !== 5) packet.clean = true;
        done(null, true);
      },
      authenticate: (client, user, password, done) => {
        if (aedes.connectedClients >= maxClients) {
          problem(`client "${client.id}" refused: ${maxClients} clients are connected already`);
          return done(Object.assign(new Error("too many clients"), { returnCode: 3 }), false);
        }
        if (access === undefined || roles.has(client.conn)) return done(null, true);
        const role = access.role(user ?? "", password?.toString("utf8") ?? "");
        if (role !== undefined) {
          roles.set(client.conn, role);
          return done(null, true);
        }
        problem(`client "${client.id}" refused: wrong user name or password`);
        done(Object.assign(new Error("wrong user name or password"), { returnCode: 4 }), false);
      },
      authorizePublish: (client, { topic, payload, retain }, done) => {
        if (topic.startsWith("$")) return done(new Error("topics that start with $ are the broker's"));
        const role = access === undefined || client === null ? "board" : roles.get(client.conn);
        if (role === undefined || !mayPublish(role, topic, retain)) {
          return done(new Error(`a ${role ?? "stranger"} may not publish on ${topic}`));
        }
        if (retain && !retained.take(topic, Buffer.byteLength(payload ?? ""))) {
          return done(new Error(`too much is retained already: ${topic} not stored`));
        }
        done(null);
      },
      authorizeForward: (client, packet) => {
        const role = access === undefined ? "board" : roles.get(client.conn);
        return role !== undefined && mayRead(role, packet.topic) ? packet : null;
      },
    });
    aedes.on("clientError", (client, error) => problem(`client "${client.id}": ${error.message}`));
    aedes.on("connectionError", (_client, error) =>
      problem(`a connection that never became a client: ${error.message}`),
    );
    await aedes.listen();

    const broker = new EmbeddedBroker(aedes, roles, maxClients);
    try {
      broker.#port = await listen(broker.#server, {
        host,
        port,
        what: "the MQTT broker",
        option: "--mqtt-port",
        environment: "HOLDFAST_MQTT_PORT",
      });
    } catch (error) {
      await broker.close();
      throw error;
    }
    return broker;
  }

  /** The TCP port in use. */
  get port(): number {
    return this.#port;
  }

  /** Clients connected now. */
  get clients(): number {
    return this.#aedes.connectedClients;
  }

  /** Serves MQTT on a stream. `role`: its login was checked before; without it CONNECT must carry one. */
  handle(stream: Duplex, role?: Role): void {
    if (this.#closing !== undefined || this.#sockets.size >= this.#maxStreams) {
      stream.destroy();
      return;
    }
    if (role !== undefined) this.#roles.set(stream, role);
    this.#sockets.add(stream);
    stream.once("close", () => this.#sockets.delete(stream));
    this.#aedes.handle(stream);
  }

  /** Ends every client and stops listening; afterwards nothing is open. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const stopped = new Promise<void>((done) => {
      if (this.#server.listening) this.#server.close(() => done());
      else done();
    });
    // A client that does not read would keep aedes waiting for its goodbye.
    const impatient = setTimeout(() => this.#destroyStreams(), 250);
    await new Promise<void>((done) => this.#aedes.close(done));
    clearTimeout(impatient);
    this.#destroyStreams();
    await stopped;
  }

  #destroyStreams(): void {
    for (const stream of this.#sockets) stream.destroy();
  }
}

/** Counts what is retained, because aedes keeps it in memory without a limit. */
class RetainedQuota {
  readonly #bytes = new Map<string, number>();
  readonly #maxTopics: number;
  readonly #maxBytes: number;
  #total = 0;

  constructor(maxTopics: number, maxBytes: number) {
    this.#maxTopics = maxTopics;
    this.#maxBytes = maxBytes;
  }

  take(topic: string, size: number): boolean {
    const before = this.#bytes.get(topic);
    const total = this.#total - (before ?? 0) + size;
    if (size > 0 && (total > this.#maxBytes || (before === undefined && this.#bytes.size >= this.#maxTopics)))
      return false;
    this.#total = total;
    if (size === 0) this.#bytes.delete(topic);
    else this.#bytes.set(topic, size);
    return true;
  }
}
