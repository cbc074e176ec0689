/** The rest of a payload, each piece compared with what was signed before anybody writes it; a wrong one is asked for again. */
import type { Payload } from "../release/manifest.ts";
import { inPieces, isPiece, PIECE_BYTES } from "../release/pieces.ts";
import type { ByteSource } from "./byte-source.ts";
import { UpdateError } from "./update-error.ts";

/** Of one piece; a source that has it wrong that often has another file. */
const MOST_TRIES = 3;

/**
 * From byte `from` of the payload on; `offset`: where that begins in the bundle. Throws `UpdateError` `damaged`: what was handed out
 * by then is right. Without hashes of pieces (releases of before there were any) as it comes.
 */
export async function* checkedPieces(
  source: ByteSource,
  { name, size, pieces }: Payload,
  offset: number,
  from: number,
): AsyncIterable<Uint8Array> {
  if (pieces === undefined) {
    yield* source.read(offset + from, offset + size);
    return;
  }
  let index = Math.floor(from / PIECE_BYTES);
  for (let tries = 0; index * PIECE_BYTES < size; ) {
    const start = index * PIECE_BYTES;
    for await (const piece of inPieces(source.read(offset + start, offset + size))) {
      const at = index * PIECE_BYTES;
      if (!isPiece(pieces, index, piece)) {
        if (++tries < MOST_TRIES) break;
        throw new UpdateError(
          "damaged",
          `${name}: bytes ${at} to ${at + piece.length} are not those that were signed, ${tries} times in a row: they were changed after that, or on the way; get the bundle again from where it was made`,
        );
      }
      tries = 0;
      index++;
      yield piece.subarray(Math.max(0, from - at));
    }
  }
}
