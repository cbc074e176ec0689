import { constants, openSync } from "node:fs";
import { type ConnectOpts, Socket, type SocketConstructorOpts } from "node:net";

/**
 * The guardian's end of a FIFO, read by the event loop into one buffer: nothing is allocated per read.
 *
 * `keepOpen` opens it for reading and writing, so that it never ends while cells come and go; without it
 * the end of the last writer is reported through `onEnd`.
 */
export class FifoReader {
  readonly #socket: Socket;
  #open = true;

  /** `onBytes` returns false to stop reading until `resume`. */
  constructor(
    path: string,
    options: {
      readonly keepOpen: boolean;
      readonly bytes?: number;
      onBytes(bytes: Uint8Array, length: number): boolean;
      onEnd?(): void;
    },
  ) {
    const { keepOpen, onBytes, onEnd } = options;
    const access = keepOpen ? constants.O_RDWR : constants.O_RDONLY;
    const buffer = Buffer.alloc(options.bytes ?? 4096);
    const read: SocketConstructorOpts & ConnectOpts = {
      fd: openSync(path, access | constants.O_NONBLOCK),
      readable: true,
      writable: false,
      onread: { buffer, callback: (length, bytes) => onBytes(bytes, length) },
    };
    this.#socket = new Socket(read);
    this.#socket.on("error", () => this.#end(onEnd));
    this.#socket.on("end", () => this.#end(onEnd));
    this.#socket.on("close", () => this.#end(onEnd));
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#open = false;
    this.#socket.destroy();
  }

  #end(onEnd: (() => void) | undefined): void {
    if (!this.#open) return;
    this.close();
    onEnd?.();
  }
}
