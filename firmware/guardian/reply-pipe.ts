import { closeSync, constants, openSync, writeSync } from "node:fs";
import type { FrameWriter } from "../transport/frame.ts";

/** Frames that may wait while the runtime's reader thread is behind. */
const CAPACITY = 256;

/**
 * The guardian's end of the `reply` FIFO. Writing never waits: when the pipe is full, frames queue here in
 * order, and what finds no room is dropped and counted.
 *
 * Opened for reading and writing, so that opening needs no reader and a dead one raises no error; the
 * guardian is still its only writer, so the runtime reads its end when the guardian dies.
 */
export class ReplyPipe {
  readonly #fd: number;
  readonly #waiting: Uint8Array[] = [];
  #closed = false;
  dropped = 0;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  }

  send(frame: FrameWriter): void {
    if (this.#closed) return;
    if (this.#waiting.length === 0 && this.#write(frame.bytes, frame.length)) return;
    if (this.#waiting.length < CAPACITY) this.#waiting.push(frame.bytes.slice(0, frame.length));
    else this.dropped++;
  }

  /** Writes what waits, as far as there is room. */
  flush(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const first = this.#waiting[0]!;
      if (!this.#write(first, first.length)) return;
      this.#waiting.shift();
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }

  /** A frame fits whole or not at all: it is no longer than a FIFO's atomic write. */
  #write(bytes: Uint8Array, length: number): boolean {
    try {
      writeSync(this.#fd, bytes, 0, length);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
      throw error;
    }
  }
}
