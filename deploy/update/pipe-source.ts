/**
 * A bundle at the other end of a pipe, such as ssh's: this side asks for ranges, a line of JSON each, and that side answers
 * with just those bytes. So what is there already is not sent again, and nothing is sent before it is wanted.
 *
 * ```
 * > {"size":31457280}                    that side, first
 * < {"read":{"from":0,"to":65536}}       this side
 * > 65536 bytes
 * ```
 */
import type { Readable, Writable } from "node:stream";
import type { ByteSource } from "./byte-source.ts";
import { UpdateError } from "./update-error.ts";

/** Of one request; the first is small, for who wants to read a bundle's head only. */
const FIRST_ASKED_BYTES = 64 * 1024;
const MOST_ASKED_BYTES = 1024 * 1024;
const LONGEST_LINE_BYTES = 4096;

/** The board's side. Rejects with `UpdateError` `interrupted` when the pipe ends before it said anything. */
export async function pipeSource(input: Readable, say: (request: object) => void): Promise<ByteSource> {
  const reader = new PipeReader(input);
  const { size } = parseLine(await reader.line()) as { size?: unknown };
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    throw new UpdateError("interrupted", "whoever sends did not say how much");
  /** Bytes that were asked for and that nobody wants any more. */
  let owed = 0;
  return {
    bytes: size,
    async *read(from, to) {
      for (let at = from, ask = FIRST_ASKED_BYTES; at < to; ask = Math.min(ask * 2, MOST_ASKED_BYTES)) {
        while (owed > 0) owed -= (await reader.upTo(owed))?.length ?? owed;
        owed = Math.min(to - at, ask);
        say({ read: { from: at, to: at + owed } });
        while (owed > 0) {
          const chunk = await reader.upTo(owed);
          if (chunk === undefined)
            throw new UpdateError(
              "interrupted",
              `the connection ended at byte ${at} of ${to}; push again: it goes on there`,
            );
          owed -= chunk.length;
          at += chunk.length;
          yield chunk;
        }
      }
    },
    close: async () => {
      input.destroy();
    },
  };
}

/**
 * The sender's side: answers a request. Resolves when all of it is on its way. Throws RangeError for one that asks for what
 * there is not.
 */
export async function answerRead(
  request: { readonly from: number; readonly to: number },
  source: ByteSource,
  output: Writable,
): Promise<void> {
  const { from, to } = request;
  if (!(from >= 0 && from <= to && to <= source.bytes))
    throw new RangeError(`no bytes from ${from} to ${to}`);
  for await (const chunk of source.read(from, to)) {
    if (!output.write(chunk)) await new Promise((done) => output.once("drain", done));
  }
}

/** Bytes of a stream in the amounts that are wanted. */
class PipeReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(input: Readable) {
    this.#chunks = input[Symbol.asyncIterator]();
  }

  /** 1 to `most` bytes; undefined at the end. */
  async upTo(most: number): Promise<Uint8Array | undefined> {
    if (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return undefined;
      this.#rest = value;
    }
    const chunk = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }

  async line(): Promise<string> {
    let line = "";
    while (line.length < LONGEST_LINE_BYTES) {
      const byte = await this.upTo(1);
      if (byte === undefined || byte[0] === 0x0a) return line;
      line += String.fromCharCode(byte[0]!);
    }
    throw new UpdateError("interrupted", "whoever sends speaks no line that ends");
  }
}

function parseLine(line: string): object {
  try {
    return Object(JSON.parse(line));
  } catch (error) {
    throw new UpdateError("interrupted", "whoever sends said nothing that can be understood", error);
  }
}
