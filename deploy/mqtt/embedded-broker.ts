/**
 * The broker a board brings along: aedes on TCP, and on any stream handed to it (WebSocket).
 *
 * Bounds: packets, clients, retained topics and their bytes. It keeps no sessions: a client that goes away
 * loses its subscriptions and what was queued for it, because aedes queues in memory without a limit and a
 * command that waited for its board must not move anything. MQTT 5 clients are told so (session expiry 1 s);
 * 3.1.1 clients find no session when they come back. A client that stops reading is dropped after 2 s: aedes
 * makes everybody wait for it after 100 undelivered messages.
 *
 * Whoever comes in without a login (loopback) may do everything; others what `rights.ts` gives them. What is refused is counted,
 * and a bounded part of it told.
 *
 * Not implemented: shared subscriptions (aedes has none).
 */
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Aedes } from "aedes";
import { isLoopback, listen } from "../listen.ts";
import { Access, type Credential, type Login } from "./access.ts";
import { isTaken, withoutWillDelay } from "./client-limits.ts";
import { Guests } from "./guests.ts";
import { NetworkDoor, type NetworkDoorOptions } from "./network-door.ts";
import { type RefusalKind, Refusals, type ToldRefusal } from "./refusals.ts";
import { RetainedQuota } from "./retained-quota.ts";
import { DEFAULT_PLACES, type Places } from "./rights.ts";

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
  /** Some of what was refused (`Refusals`). */
  readonly onRefused?: (refusal: ToldRefusal) => void;
  /** Where the topics begin that rights are about. */
  readonly places?: Places;
}

const DEFAULT_CLIENTS = 64;
/** This part of the clients never needs a login: a fleet cannot keep a board's own link, page and tools off its broker. */
const KEPT_FOR_HERE = 1 / 4;

/** MQTT 3.1.1 and 5 over TCP and streams. */
export class EmbeddedBroker {
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  /** Of `#sockets`, those that did not come from the network. */
  #local = 0;
  readonly #guests: Guests;
  readonly #refusals: Refusals;
  readonly #access: Access | undefined;
  readonly #maxClients: number;
  readonly #problem: (text: string) => void;
  #door: NetworkDoor | undefined;
  #port = 0;
  #closing: Promise<void> | undefined;

  private constructor(
    aedes: Aedes,
    guests: Guests,
    refusals: Refusals,
    access: Access | undefined,
    options: EmbeddedBrokerOptions,
  ) {
    this.#aedes = aedes;
    this.#guests = guests;
    this.#refusals = refusals;
    this.#access = access;
    this.#maxClients = options.maxClients ?? DEFAULT_CLIENTS;
    this.#problem = options.onProblem ?? (() => {});
    this.#server = createServer({ noDelay: true }, (socket: Socket) => this.handle(socket));
  }

  /** Starts listening. Throws an Error that names the option when the port is taken. */
  static async start(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
    const { host = "127.0.0.1", port = 1883, credentials, maxClients = DEFAULT_CLIENTS } = options;
    const problem = options.onProblem ?? (() => {});
    if (!isLoopback(host) && (credentials === undefined || credentials.length === 0)) {
      throw new Error(
        `the MQTT broker would be open to the network on ${host} without a password: configure credentials, or listen on 127.0.0.1`,
      );
    }
    const access = credentials === undefined ? undefined : new Access(credentials);
    const guests = new Guests(options.places ?? DEFAULT_PLACES);
    const refusals = new Refusals(() => performance.now(), options.onRefused ?? (() => {}));
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
      topicAliasMaximum: 10,
      sessionExpiryIntervalLimit: 1,
      pendingSessionsLimit: maxClients,
      preConnect: (_client, packet, done) => {
        // Without an id there is no session to keep, and whoever asks for one is refused ([MQTT-3.1.3-8]).
        if (packet.protocolVersion !== 5 && packet.clientId !== "") packet.clean = true;
        done(null, true);
      },
      authenticate: (client, user, password, done) => {
        const kept = guests.isExpected(client) ? Math.floor(maxClients * KEPT_FOR_HERE) : 0;
        if (aedes.connectedClients >= maxClients - kept) {
          problem(`client "${client.id}" refused: ${maxClients} clients are connected already`);
          refusals.add({ kind: "room", client: client.id, reason: "too many clients" });
          return done(Object.assign(new Error("too many clients"), { returnCode: 3 }), false);
        }
        const refusal = guests.admit(client, user ?? "", password?.toString("utf8") ?? "");
        if (refusal === undefined) return done(null, true);
        problem(`client "${client.id}" refused: ${refusal}`);
        refusals.add({ kind: "login", client: client.id, reason: refusal });
        done(Object.assign(new Error(refusal), { returnCode: 4 }), false);
      },
      authorizePublish: (client, packet, done) => {
        const { topic, payload, retain } = packet;
        withoutWillDelay(packet);
        const refuse = (kind: RefusalKind, reason: string) => {
          if (client !== null) refusals.add({ kind, ...guests.named(client), topic, reason });
          done(new Error(reason));
        };
        if (topic.startsWith("$")) return refuse("publish", "topics that start with $ are the broker's");
        const why = client === null ? undefined : guests.notToPublish(client, topic, retain);
        if (why !== undefined) return refuse("publish", why);
        if (retain && !retained.take(topic, Buffer.byteLength(payload ?? ""))) {
          return refuse("room", `too much is retained already: ${topic} not stored`);
        }
        done(null);
      },
      authorizeForward: (client, packet) => {
        if (guests.mayRead(client, packet.topic)) return isTaken(client, packet) ? packet : null;
        refusals.add({
          kind: "read",
          ...guests.named(client),
          topic: packet.topic,
          reason: "no right to read",
        });
        return null;
      },
    });
    aedes.on("client", (client) => guests.arrived(client));
    aedes.on("clientDisconnect", (client) => guests.left(client));
    aedes.on("clientError", (client, error) => problem(`client "${client.id}": ${error.message}`));
    aedes.on("connectionError", (_client, error) =>
      problem(`a connection that never became a client: ${error.message}`),
    );
    await aedes.listen();

    const broker = new EmbeddedBroker(aedes, guests, refusals, access, options);
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

  /** What was refused since the start, by kind. */
  get refused(): Readonly<Record<RefusalKind, number>> {
    return this.#refusals.counts;
  }

  /** Listens for the network too; gives the port. Once. Throws an Error when the port is taken. */
  async openToNetwork(options: NetworkDoorOptions): Promise<number> {
    const access = new Access(options.credentials);
    const serve = (socket: Socket) => this.#serve(socket, access);
    this.#door = await NetworkDoor.open(options, this.#maxClients, serve, this.#problem);
    return this.#door.port;
  }

  /** Serves MQTT on a stream. `login` was checked before; without it CONNECT must carry one, where logins are asked for. */
  handle(stream: Duplex, login?: Login): void {
    this.#serve(stream, this.#access, login);
  }

  #serve(stream: Duplex, access: Access | undefined, login?: Login): void {
    // Twice as many as clients, so that strangers who never say CONNECT cannot lock a client out at once; those of the network
    // have a bound of their own.
    const full = this.#sockets.size >= this.#maxClients * 3;
    const here = access === this.#access ? this.#local : 0;
    if (this.#closing !== undefined || full || here >= this.#maxClients * 2) {
      stream.destroy();
      return;
    }
    if (access !== undefined) this.#guests.expect(stream, access, login);
    const local = access === this.#access ? 1 : 0;
    this.#local += local;
    this.#sockets.add(stream);
    stream.once("close", () => {
      this.#sockets.delete(stream);
      this.#local -= local;
    });
    this.#aedes.handle(stream);
  }

  /** Ends every client and stops listening; afterwards nothing is open. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    await this.#door?.close();
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
