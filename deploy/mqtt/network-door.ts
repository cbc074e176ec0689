/**
 * The board's own broker for others on the network: a listener beside the one on loopback. Whoever comes this way needs a login,
 * and may do what `rights.ts` gives him.
 *
 * Bounds: as many sockets as the broker takes clients, apart from those of this machine, which they cannot lock out; five seconds
 * for a TLS handshake.
 *
 * Not implemented: client certificates in the place of passwords (Mosquitto has them).
 */
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { listen } from "../listen.ts";
import type { Credential } from "./access.ts";

export interface NetworkDoorOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly credentials: readonly Credential[];
  /** PEM; absent: in clear. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const HANDSHAKE_LIMIT_MS = 5000;

export class NetworkDoor {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens; each socket, TLS done, goes to `serve`. Throws an Error that names the place when the port is taken. */
  static async open(
    { host, port, tls }: NetworkDoorOptions,
    maxSockets: number,
    serve: (socket: Socket) => void,
    problem: (text: string) => void,
  ): Promise<NetworkDoor> {
    const server =
      tls === undefined
        ? createServer({ noDelay: true }, serve)
        : createTlsServer({ ...tls, noDelay: true, handshakeTimeout: HANDSHAKE_LIMIT_MS }, serve);
    server.maxConnections = maxSockets;
    const door = new NetworkDoor(server);
    server.on("connection", (socket: Socket) => {
      door.#sockets.add(socket);
      socket.once("close", () => door.#sockets.delete(socket));
    });
    server.on("tlsClientError", (error: Error) => problem(`a TLS handshake failed: ${error.message}`));
    const what = { what: "the MQTT broker for the network", option: '"port" of mqtt.listen' };
    door.#port = await listen(server, { host, port, ...what, environment: '"host" there' });
    return door;
  }

  /** The port in use. */
  get port(): number {
    return this.#port;
  }

  /** Ends every socket and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((done) => this.#server.close(() => done()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
