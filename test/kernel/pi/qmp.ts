import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const RETRY_MS = 50;
const LIMIT_MS = 30_000;

/** QEMU's machine protocol over a Unix socket: how a test changes what an emulated chip measures. */
export class Qmp {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => {}); // QEMU ended
    socket.resume();
    this.#send("qmp_capabilities");
  }

  /** Connects as soon as QEMU listens. Throws the last error after half a minute. */
  static async connect(path: string): Promise<Qmp> {
    for (const endMs = performance.now() + LIMIT_MS; ; ) {
      try {
        return new Qmp(await opened(path));
      } catch (error) {
        if (performance.now() > endMs) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  /** Sets a property of a device that was given an id. */
  set(device: string, property: string, value: number): void {
    this.#send("qom-set", { path: `/machine/peripheral/${device}`, property, value });
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(execute: string, args?: Readonly<Record<string, unknown>>): void {
    this.#socket.write(`${JSON.stringify({ execute, ...(args && { arguments: args }) })}\n`);
  }
}

function opened(path: string): Promise<Socket> {
  return new Promise((done, failed) => {
    const socket = connect(path);
    socket.once("connect", () => done(socket)).once("error", failed);
  });
}
