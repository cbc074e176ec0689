import type { Duplex } from "node:stream";
import type { ToGuardian, ToRuntime } from "../contracts/control.ts";
import { decodeToGuardian } from "../transport/control-decode.ts";
import { JsonLines } from "../transport/json-lines.ts";

/** Bytes that may wait for a runtime that does not read; what comes then is dropped and counted. */
const MAX_BEHIND = 262_144;

/** The guardian's end of the control channel. */
export class ControlChannel {
  readonly #socket: Duplex;
  readonly #lines = new JsonLines();
  #refused = 0;
  dropped = 0;

  constructor(socket: Duplex, on: { message(message: ToGuardian): void; end(): void }) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#lines.feed(chunk, (value) => {
        const message = decodeToGuardian(value);
        if (message === undefined) this.#refused++;
        else on.message(message);
      });
    });
    socket.on("error", () => on.end());
    socket.on("close", () => on.end());
  }

  get malformed(): number {
    return this.#lines.malformed + this.#refused;
  }

  send(message: ToRuntime): void {
    if (this.#socket.destroyed || this.#socket.writableLength > MAX_BEHIND) {
      this.dropped++;
      return;
    }
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  close(): void {
    this.#socket.destroy();
  }
}
