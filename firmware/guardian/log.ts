import { write } from "node:fs";

/** Lines that may wait for a reader that stopped reading. */
const CAPACITY = 512;

/**
 * Log lines, one JSON object each, to a descriptor. The event loop never waits for the reader: one write at
 * a time is with the thread pool, the rest waits here, and what finds no room is dropped and counted.
 */
export class Log {
  readonly #fd: number;
  readonly #waiting: string[] = [];
  #writing = false;
  #dropped = 0;
  #onIdle: (() => void) | undefined;

  constructor(fd = 2) {
    this.#fd = fd;
  }

  get dropped(): number {
    return this.#dropped;
  }

  line(record: object): void {
    if (this.#waiting.length >= CAPACITY) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(`${JSON.stringify(record)}\n`);
    if (!this.#writing) this.#next();
  }

  /**
   * Resolves when everything is written, or after the limit; false when a write is still under way: the end of
   * the process would then wait for its thread, for ever if nobody reads.
   */
  drain(limitMs: number): Promise<boolean> {
    if (!this.#writing) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#onIdle = () => resolve(true);
      setTimeout(() => resolve(false), limitMs);
    });
  }

  #next(): void {
    const text = this.#waiting.splice(0).join("");
    this.#writing = text !== "";
    if (this.#writing) this.#write(Buffer.from(text), 0);
    else this.#onIdle?.();
  }

  #write(bytes: Buffer, at: number): void {
    write(this.#fd, bytes, at, bytes.length - at, null, (error, written) => {
      if (error?.code === "EAGAIN") setTimeout(() => this.#write(bytes, at), 20);
      else if (error === null && at + written < bytes.length) this.#write(bytes, at + written);
      else this.#next(); // a reader that is gone for good loses its lines
    });
  }
}
