/**
 * The one HTTP port of a board: dashboard, `/mqtt` (WebSocket), `/health`, `/metrics`, and what else its
 * operator may ask.
 *
 * Every request and every upgrade passes the same door: `Host`, `Origin`, fetch metadata, then the login where one is
 * configured. Over an upgrade the embedded broker may take the login from CONNECT instead; a proxied broker
 * may not be one that trusts this machine, so there the login is needed, and an operator's: what is inside the bytes is not looked at.
 *
 * Not implemented: TLS (put a proxy before it and name its host in `allowedHosts`), HTTP/2, range requests.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { isLoopback, listen } from "../listen.ts";
import { Access, type Credential, type Login } from "../mqtt/access.ts";
import type { BrokerLogin } from "../mqtt/broker-login.ts";
import type { Role } from "../mqtt/rights.ts";
import { AllowedHosts, isForeignFetch } from "./allowed-hosts.ts";
import { BrokerProxy } from "./broker-proxy.ts";
import { MqttWebSocket } from "./mqtt-websocket.ts";
import { OperatorDoor, type OperatorRoutes } from "./operator-routes.ts";
import { refuseUpgrade } from "./refuse-upgrade.ts";
import { StaticFolder } from "./static-folder.ts";

/**
 * Where `/mqtt` leads: a broker in this process, or one that is reached over TCP. `login` is asked for each client, and stands in
 * for the user name and password of one that brings none.
 */
export type MqttBehind =
  | { readonly handle: (stream: Duplex, login?: Login) => void }
  | { readonly url: string; readonly login?: () => BrokerLogin };

export interface EdgeServerOptions {
  /** Default 8080; 0 takes any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. Anything but loopback needs credentials. */
  readonly host?: string;
  /** Names this board has beside localhost: `"greenhouse.local"` or `"garden.example:443"`. */
  readonly allowedHosts?: readonly string[];
  readonly credentials?: readonly Credential[];
  /** Folder of the dashboard; without it `/` says that there is none. */
  readonly folder?: string;
  /** Root topic for the page. Default `holdfast`. */
  readonly root?: string;
  readonly mqtt: MqttBehind;
  /** `ok: false` answers 503. */
  readonly health: () => { readonly ok: boolean } & Readonly<Record<string, unknown>>;
  /** Prometheus text exposition. */
  readonly metrics: () => string | Promise<string>;
  /** Addresses for the operator beside these. */
  readonly operator?: OperatorRoutes;
  /** What the operator may have done, by POST. */
  readonly actions?: OperatorRoutes;
  /** WebSocket clients. Default 64. */
  readonly maxClients?: number;
  readonly onProblem?: (text: string) => void;
}

const maxMessageBytes = 256 * 1024;

export class EdgeServer {
  readonly #options: EdgeServerOptions;
  readonly #server: Server;
  readonly #sockets: MqttWebSocket;
  readonly #static: StaticFolder | undefined;
  readonly #access: Access | undefined;
  readonly #proxy: BrokerProxy | undefined;
  readonly #operator: OperatorDoor;
  #allowed = new AllowedHosts(0);
  #port = 0;
  #closing: Promise<void> | undefined;

  private constructor(options: EdgeServerOptions) {
    this.#options = options;
    this.#static = options.folder === undefined ? undefined : new StaticFolder(options.folder, options.root);
    this.#access = options.credentials === undefined ? undefined : new Access(options.credentials);
    this.#operator = new OperatorDoor(options.operator ?? {}, options.actions);
    this.#sockets = new MqttWebSocket(maxMessageBytes, options.maxClients ?? 64);
    this.#proxy =
      "url" in options.mqtt ? new BrokerProxy(options.mqtt, this.#sockets, options.onProblem) : undefined;
    this.#server = createServer({ noDelay: true, requestTimeout: 10_000, headersTimeout: 10_000 });
    this.#server.maxConnections = (options.maxClients ?? 64) * 4;
    this.#server.on("request", (request, response) => this.#request(request, response));
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.#server.on("clientError", (_error, socket) => socket.destroy());
  }

  /** Starts listening. Throws an Error that names the option when the port is taken. */
  static async start(options: EdgeServerOptions): Promise<EdgeServer> {
    const { host = "127.0.0.1", port = 8080, credentials } = options;
    if (!isLoopback(host) && (credentials === undefined || credentials.length === 0)) {
      throw new Error(
        `the web page would be open to the network on ${host} without a password: configure credentials, or listen on 127.0.0.1`,
      );
    }
    const edge = new EdgeServer(options);
    edge.#port = await listen(edge.#server, {
      host,
      port,
      what: "the web server",
      option: "--http-port",
      environment: "HOLDFAST_HTTP_PORT",
    });
    edge.#allowed = new AllowedHosts(edge.#port, options.allowedHosts);
    return edge;
  }

  /** The port in use. */
  get port(): number {
    return this.#port;
  }

  /** Ends every request and WebSocket and stops listening; afterwards nothing is open. */
  close(): Promise<void> {
    this.#closing ??= new Promise((done) => {
      this.#server.close(() => done());
      this.#sockets.close();
      this.#proxy?.close();
      this.#server.closeAllConnections();
    });
    return this.#closing;
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request;
    for (const [name, value] of Object.entries(securityHeaders(headers.host ?? "")))
      response.setHeader(name, value);
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      answer(response, 403, refusal);
      return;
    }
    if (this.#access !== undefined && this.#access.roleOfHeader(headers.authorization) === undefined) {
      response.setHeader("WWW-Authenticate", 'Basic realm="holdfast", charset="UTF-8"');
      answer(response, 401, "this board asks for a user name and a password");
      return;
    }
    const allowed = this.#operator.methods(pathOf(request)) ?? ["GET", "HEAD"];
    if (!allowed.includes(request.method ?? "")) {
      response.setHeader("Allow", allowed.join(", "));
      answer(response, 405, `only ${allowed.join(" and ")} ${allowed.length > 1 ? "are" : "is"} known here`);
      return;
    }
    try {
      this.#route(request, response);
    } catch (error) {
      this.#failed(request, response, error as Error);
    }
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request);
    response.setHeader("Cache-Control", "no-store");
    if (path === "/health") {
      const health = this.#options.health();
      answer(response, health.ok ? 200 : 503, JSON.stringify(health), "application/json; charset=utf-8");
    } else if (path === "/metrics") {
      void this.#metrics(request, response);
    } else if (this.#operator.methods(path) !== undefined) {
      const role = this.#access?.roleOfHeader(request.headers.authorization);
      void this.#operator.answer(new URL(request.url!, "http://board/"), response, role);
    } else if (path === "/mqtt") {
      response.setHeader("Upgrade", "websocket");
      answer(response, 426, 'this address speaks WebSocket with the subprotocol "mqtt"');
    } else {
      this.#file(path, request, response);
    }
  }

  async #metrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      answer(response, 200, await this.#options.metrics(), "text/plain; version=0.0.4; charset=utf-8");
    } catch (error) {
      this.#failed(request, response, error as Error);
    }
  }

  #failed({ url }: IncomingMessage, response: ServerResponse, error: Error): void {
    this.#options.onProblem?.(`${url}: ${error.message}`);
    answer(response, 500, "the board could not answer; its log says why");
  }

  #file(path: string, request: IncomingMessage, response: ServerResponse): void {
    const file = this.#static?.find(path, request.headers["accept-encoding"]?.toString());
    if (file === undefined) {
      const missing = this.#static === undefined && path === "/";
      answer(response, 404, missing ? "this board serves no dashboard" : "there is nothing at this address");
      return;
    }
    response.setHeader("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    response.setHeader("ETag", file.etag);
    response.setHeader("Vary", "Accept-Encoding");
    const known = (request.headers["if-none-match"] ?? "")
      .split(",")
      .map((tag) => tag.trim().replace(/^W\//, ""));
    if (known.includes(file.etag) || known.includes("*")) {
      response.writeHead(304).end();
      return;
    }
    if (file.encoding !== undefined) response.setHeader("Content-Encoding", file.encoding);
    answer(response, 200, file.body, file.type);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const login = this.#access?.ofHeader(request.headers.authorization);
    const refusal = this.#upgradeRefusal(request, login?.role);
    const { mqtt } = this.#options;
    if (refusal !== undefined) refuseUpgrade(socket, ...refusal);
    else if ("url" in mqtt) this.#proxy!.join(request, socket, head);
    else this.#sockets.accept(request, socket, head, (stream) => mqtt.handle(stream, login));
  }

  #upgradeRefusal(request: IncomingMessage, role: Role | undefined): [string, string] | undefined {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) return ["403 Forbidden", refusal];
    if (pathOf(request) !== "/mqtt") return ["404 Not Found", "WebSocket is at /mqtt"];
    if (!this.#sockets.offersMqtt(request)) return ["400 Bad Request", 'offer the subprotocol "mqtt"'];
    if (!this.#sockets.hasRoom || (this.#proxy?.clients ?? 0) >= (this.#options.maxClients ?? 64)) {
      return ["503 Service Unavailable", "too many clients"];
    }
    if (this.#access === undefined) return undefined;
    if (role === undefined && request.headers.authorization !== undefined) {
      return ["401 Unauthorized", "wrong user name or password"];
    }
    if (this.#proxy !== undefined && role !== "operator" && role !== "board") {
      return ["401 Unauthorized", "an operator's user name and password are needed here"];
    }
    return undefined;
  }

  #refusal({ headers }: IncomingMessage): string | undefined {
    if (!this.#allowed.host(headers.host)) {
      return "this board is not known under that name: add it to the allowed hosts, or use localhost";
    }
    if (!this.#allowed.origin(headers.origin)) return "pages of other sites may not use this board";
    const { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest } = headers;
    if (isForeignFetch(site?.toString(), mode?.toString(), dest?.toString())) {
      return "pages of other sites may not use this board";
    }
    return undefined;
  }
}

/** `host`: where the page comes from; older Safari does not count ws: as 'self'. */
function securityHeaders(host: string): Readonly<Record<string, string>> {
  const sockets = /^[\w.[\]:-]{1,260}$/.test(host) ? ` ws://${host} wss://${host}` : "";
  return {
    "Content-Security-Policy": [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      "manifest-src 'self'",
      `connect-src 'self'${sockets}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0]!;
}

function answer(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
