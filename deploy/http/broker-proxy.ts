/**
 * Between a page and a broker elsewhere: joins a WebSocket and the broker's socket, byte by byte. Who may come was asked
 * before. The only packet that is looked at is CONNECT: one without a login gets the board's (`connect-login.ts`).
 */
import type { IncomingMessage } from "node:http";
import { type Duplex, pipeline } from "node:stream";
import { brokerUrl, openBrokerSocket } from "../mqtt/broker-address.ts";
import { brokerCause } from "../mqtt/broker-cause.ts";
import type { BrokerLogin } from "../mqtt/broker-login.ts";
import { BrokerRound } from "../mqtt/broker-round.ts";
import { ConnectLogin } from "../mqtt/connect-login.ts";
import type { MqttWebSocket } from "./mqtt-websocket.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";

export interface ProxiedBroker {
  /** `mqtt://host:port` or `mqtts://host:port`; of several, with commas between them, the next after one that does not answer. */
  readonly url: string;
  /** Asked for each client; an Error refuses that one. */
  readonly login?: () => BrokerLogin;
}

const CONNECT_LIMIT_MS = 5000;

export class BrokerProxy {
  readonly #round: BrokerRound;
  readonly #ask: () => BrokerLogin;
  readonly #sockets: MqttWebSocket;
  readonly #problem: (text: string) => void;
  readonly #open = new Set<Duplex>();

  /** Throws an Error for a URL that is none. */
  constructor({ url, login }: ProxiedBroker, sockets: MqttWebSocket, onProblem?: (text: string) => void) {
    this.#round = new BrokerRound(url);
    this.#ask = login ?? (() => ({}));
    this.#sockets = sockets;
    this.#problem = onProblem ?? (() => {});
  }

  /** Connections to the broker, those on their way included. */
  get clients(): number {
    return this.#open.size;
  }

  /** Opens a connection to the broker, then completes the upgrade; the end of one is the end of the other. */
  join(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = this.#round.current;
    let login: BrokerLogin;
    try {
      login = this.#ask();
    } catch (error) {
      this.#problem((error as Error).message);
      refuseUpgrade(socket, "502 Bad Gateway", "the board has no login for its broker; its log says why");
      return;
    }
    const upstream = openBrokerSocket(address, login.tls);
    this.#open.add(upstream);
    upstream.once("close", () => this.#open.delete(upstream));
    upstream.setTimeout(CONNECT_LIMIT_MS, () => upstream.destroy(new Error("no answer")));
    const unreachable = (error: Error) => {
      upstream.destroy();
      // Several who come at once find the same node gone.
      if (this.#round.current === address) this.#round.next();
      this.#problem(
        `broker ${brokerUrl(address)}: ${brokerCause(error, { host: address.host, handshake: address.tls })}`,
      );
      refuseUpgrade(socket, "502 Bad Gateway", "the broker cannot be reached");
    };
    const gone = () => upstream.destroy();
    upstream.once("error", unreachable);
    socket.once("close", gone);
    upstream.once(address.tls ? "secureConnect" : "connect", () => {
      upstream.setTimeout(0);
      upstream.removeListener("error", unreachable);
      upstream.on("error", gone);
      if (socket.destroyed) {
        gone();
        return;
      }
      this.#sockets.accept(request, socket, head, (stream) => pipe(stream, upstream, login));
    });
  }

  /** Ends every connection. */
  close(): void {
    for (const stream of this.#open) stream.destroy();
  }
}

function pipe(stream: Duplex, upstream: Duplex, { user, password = "" }: BrokerLogin): void {
  const end = () => {
    stream.destroy();
    upstream.destroy();
  };
  if (user === undefined) pipeline(stream, upstream, stream, end);
  else pipeline(stream, new ConnectLogin({ user, password }), upstream, stream, end);
}
