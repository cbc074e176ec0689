import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import type { Payload } from "../../../deploy/release/manifest.ts";
import { hashInPieces, PIECE_BYTES } from "../../../deploy/release/pieces.ts";
import type { ByteSource } from "../../../deploy/update/byte-source.ts";
import { checkedPieces } from "../../../deploy/update/checked-pieces.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { temporary } from "./a-place.ts";

const OFFSET = 512;
/** Three pieces and a bit. */
const SIZE = 3 * PIECE_BYTES + 1000;
const BYTES = Buffer.from(Array.from({ length: SIZE }, (_, at) => (at * 13) % 251));

async function payloadOf(t: SpecContext): Promise<Payload> {
  const file = join(temporary(t), "payload");
  writeFileSync(file, BYTES);
  return { name: "slot.squashfs", size: SIZE, ...(await hashInPieces(file)) };
}

/** Its piece `wrong` has another byte the first `times` times; what is read is written down. */
function source(wrong = -1, times = 0): ByteSource & { reads: number[] } {
  const reads: number[] = [];
  let left = times;
  return {
    bytes: OFFSET + SIZE,
    reads,
    async *read(from, to) {
      reads.push(from - OFFSET);
      for (let at = from - OFFSET; at < to - OFFSET; at += 70_000) {
        const chunk = Buffer.from(BYTES.subarray(at, Math.min(at + 70_000, to - OFFSET)));
        const place = wrong * PIECE_BYTES + 5 - at;
        if (place >= 0 && place < chunk.length && left-- > 0) chunk[place]! ^= 1;
        yield chunk;
      }
    },
    close: async () => {},
  };
}

async function got(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; error?: Error }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const chunk of chunks) parts.push(chunk);
    return { bytes: Buffer.concat(parts) };
  } catch (error) {
    return { bytes: Buffer.concat(parts), error: error as Error };
  }
}

spec("a payload comes as it was signed, from any byte on", async (t) => {
  const payload = await payloadOf(t);
  for (const from of [0, 1, PIECE_BYTES - 1, PIECE_BYTES, 2 * PIECE_BYTES + 7, SIZE - 1, SIZE]) {
    const { bytes, error } = await got(checkedPieces(source(), payload, OFFSET, from));
    is(error, undefined);
    ok(bytes.equals(BYTES.subarray(from)), `from ${from}`);
  }
});

spec("a piece that was changed on the way is asked for again, and what came before is not", async (t) => {
  const once = source(1, 1);
  const { bytes } = await got(checkedPieces(once, await payloadOf(t), OFFSET, 0));
  ok(bytes.equals(BYTES));
  equal(once.reads, [0, PIECE_BYTES]);
});

spec(
  "a piece that is always another is refused before it is handed out; all before it is right",
  async (t) => {
    const always = source(2, Number.POSITIVE_INFINITY);
    const { bytes, error } = await got(checkedPieces(always, await payloadOf(t), OFFSET, 10));
    is((error as { code?: string } | undefined)?.code, "damaged");
    match(
      error!.message,
      "slot.squashfs: bytes 524288 to 786432 are not those that were signed, 3 times in a row",
    );
    ok(bytes.equals(BYTES.subarray(10, 2 * PIECE_BYTES)));
  },
);

spec("a release of before there were pieces comes as it comes", async (t) => {
  const { pieces: _, ...payload } = await payloadOf(t);
  const odd = source(0, 1);
  const { bytes } = await got(checkedPieces(odd, payload, OFFSET, 0));
  is(bytes.length, SIZE);
  equal(odd.reads, [0]);
});
