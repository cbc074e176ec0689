/** Whoever offers, in parts: answers what boards ask for, one after the other, and nothing that nobody asked for. */
import type { ReleaseId } from "../../release/manifest.ts";
import type { ByteSource } from "../byte-source.ts";
import { decodeWant, encodePart, type Want } from "./part-packet.ts";

/** Wanted ranges that wait; more are dropped, and asked for again: nobody may fill our memory with wishes. */
const MOST_WAITING = 32;

export class PartsServer {
  readonly #source: ByteSource;
  readonly #release: ReleaseId;
  readonly #send: (part: Buffer) => Promise<void>;
  readonly #waiting: Want[] = [];
  #isBusy = false;

  /** `send`: publishes on the board's topic of parts; resolves when it is on its way, or lost. */
  constructor(source: ByteSource, release: ReleaseId, send: (part: Buffer) => Promise<void>) {
    this.#source = source;
    this.#release = release;
    this.#send = send;
  }

  /** Says that it is there, for boards that wait: on each connection. */
  async announce(): Promise<void> {
    await this.#send(this.#part(0, new Uint8Array(0)));
  }

  /** What came on the topic of wanted ranges. Another release, or bytes that the bundle does not have, are not for this one. */
  heard(payload: Uint8Array): void {
    const want = decodeWant(payload);
    if (want === undefined || want.release !== this.#release || want.to > this.#source.bytes) return;
    if (this.#waiting.length >= MOST_WAITING || this.#waiting.some(({ from }) => from === want.from)) return;
    this.#waiting.push(want);
    if (!this.#isBusy) void this.#answer();
  }

  async #answer(): Promise<void> {
    this.#isBusy = true;
    try {
      for (let want = this.#waiting.shift(); want !== undefined; want = this.#waiting.shift()) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of this.#source.read(want.from, want.to)) chunks.push(chunk);
        await this.#send(this.#part(want.from, Buffer.concat(chunks)));
      }
    } catch {
      // The file cannot be read any more, or the connection is gone: the board asks again.
    } finally {
      this.#isBusy = false;
    }
  }

  #part(from: number, bytes: Uint8Array): Buffer {
    return encodePart({ release: this.#release, from, of: this.#source.bytes, bytes });
  }
}
