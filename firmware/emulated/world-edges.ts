import { FrameWriter, KIND } from "../transport/frame.ts";
import { EdgeBuffer } from "./edge-buffer.ts";

/** Edges of one turn in one write to the socket, at most so many bytes a write. */
const BATCH_BYTES = 16_384;

/**
 * Edges on their way from the world to the guardian. Those of one turn of the world travel together and leave at its end,
 * or before any answer: a world in which a line goes wild still answers for the others.
 */
export class WorldEdges {
  readonly #write: (bytes: Uint8Array) => void;
  /** Numbers and buffers by the names of lines whose edges are wanted: looked at for every edge. */
  readonly #heard = new Map<string, { readonly line: number; readonly buffer: EdgeBuffer }>();
  readonly #frame = new FrameWriter();
  readonly #batch = new Uint8Array(BATCH_BYTES);
  #length = 0;
  #scheduled = false;

  /** `write` gets whole frames, its own to keep. */
  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** From now on edges of the line are wanted, or not. */
  listen(name: string, line: number, on: boolean): void {
    if (on) this.#heard.set(name, { line, buffer: new EdgeBuffer() });
    else this.#heard.delete(name);
  }

  /** An edge in the world. */
  edge(name: string, level: 0 | 1, atUs: number): void {
    const heard = this.#heard.get(name);
    if (heard === undefined) return;
    heard.buffer.push(level, atUs);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** Sends what waits; call before anything else is sent. */
  flush(): void {
    if (!this.#scheduled) return;
    this.#scheduled = false;
    for (const { line, buffer } of this.#heard.values()) {
      buffer.drain((level, atUs, sequence) => {
        this.#append(this.#frame.begin(KIND.edge, 0, sequence, 0, 0, 0).u16(line).u8(level).u8(0).f64(atUs));
      });
    }
    this.#end();
  }

  #append({ bytes, length }: FrameWriter): void {
    if (this.#length + length > BATCH_BYTES) this.#end();
    this.#batch.set(bytes.subarray(0, length), this.#length);
    this.#length += length;
  }

  #end(): void {
    if (this.#length > 0) this.#write(this.#batch.slice(0, this.#length));
    this.#length = 0;
  }
}
