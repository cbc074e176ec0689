/**
 * A cable between programs of this machine that can be cut: connections to its port go on to another one. While it is
 * cut nothing gets through, not even the end of a connection, as when somebody pulls the plug; whoever connects hears
 * nothing. Heals with what was under way, as TCP does; connections that one side gave up in the meantime end then.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { listen } from "../listen.ts";

interface Way {
  readonly near: Socket;
  readonly far: Socket;
}

export class TcpGate {
  readonly #server: Server;
  readonly #ways = new Set<Way>();
  #port = 0;
  #isCut = false;

  /** Connections go on to `port` at `host`. */
  constructor(port: number, host = "127.0.0.1") {
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
      this.#join({ near, far: connect({ port, host, allowHalfOpen: true }) });
    });
  }

  /** Opens it at a free port of this machine. */
  async open(): Promise<void> {
    const place = { host: "127.0.0.1", port: 0, what: "the gate to the broker" };
    this.#port = await listen(this.#server, { ...place, option: "none", environment: "none" });
  }

  /** Where to connect. */
  get port(): number {
    return this.#port;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  cut(): void {
    this.#isCut = true;
    for (const { near, far } of this.#ways) {
      near.pause();
      far.pause();
    }
  }

  heal(): void {
    this.#isCut = false;
    for (const way of this.#ways) this.#resume(way);
  }

  close(): void {
    this.#server.close();
    for (const way of this.#ways) this.#end(way);
  }

  #join(way: Way): void {
    this.#ways.add(way);
    for (const [from, to] of [
      [way.near, way.far],
      [way.far, way.near],
    ] as const) {
      from.setNoDelay(true);
      from.on("data", (bytes) => void to.write(bytes));
      // A socket tells its end although it is paused.
      from.on("end", () => {
        if (!this.#isCut) to.end();
      });
      from.on("error", () => {}); // "close" follows
      from.on("close", () => {
        if (!this.#isCut) this.#end(way);
      });
    }
    if (this.#isCut) way.far.pause();
    else this.#resume(way);
  }

  #resume(way: Way): void {
    const { near, far } = way;
    if (near.destroyed || far.destroyed) this.#end(way);
    if (near.readableEnded) far.end();
    if (far.readableEnded) near.end();
    near.resume();
    far.resume();
  }

  #end(way: Way): void {
    this.#ways.delete(way);
    way.near.destroy();
    way.far.destroy();
  }
}
