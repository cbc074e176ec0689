/**
 * MQTT over WebSocket: takes an upgrade and gives the bytes inside as a stream.
 *
 * Bounds: message size and sockets. No compression: it costs memory per client and MQTT is small.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";

const subprotocols = ["mqtt", "mqttv3.1"];

export class MqttWebSocket {
  readonly #server: WebSocketServer;
  readonly #maxClients: number;

  constructor(maxMessageBytes: number, maxClients: number) {
    this.#maxClients = maxClients;
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      handleProtocols: (offered) => subprotocols.find((name) => offered.has(name)) ?? false,
    });
  }

  /** Whether another client fits. */
  get hasRoom(): boolean {
    return this.#server.clients.size < this.#maxClients;
  }

  /** Whether the request offers MQTT. */
  offersMqtt(request: IncomingMessage): boolean {
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    return offered.some((name) => subprotocols.includes(name));
  }

  /** Completes the upgrade. The stream's errors are its user's to handle. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, serve: (stream: Duplex) => void): void {
    this.#server.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      const stream = createWebSocketStream(ws, { allowHalfOpen: false });
      stream.on("error", () => stream.destroy());
      serve(stream);
    });
  }

  /** Drops every client. */
  close(): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}
