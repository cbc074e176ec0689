/**
 * Hashes of a payload piece by piece, beside the one of the whole: so whoever receives it finds a piece that was changed on the
 * way before he writes it, and need not get all of it again.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Of a piece; the last of a payload may be shorter. */
export const PIECE_BYTES = 256 * 1024;
/** Of SHA-256: who would put another piece in its place has to meet 128 bits that are given. */
const DIGEST_BYTES = 16;

/** SHA-256 of a file, hex, and its pieces as `Payload.pieces` has them. */
export async function hashInPieces(
  file: string,
): Promise<{ readonly sha256: string; readonly pieces: string }> {
  const whole = createHash("sha256");
  const digests: Buffer[] = [];
  for await (const piece of inPieces(createReadStream(file, { highWaterMark: PIECE_BYTES }))) {
    whole.update(piece);
    digests.push(digestOf(piece));
  }
  return { sha256: whole.digest("hex"), pieces: Buffer.concat(digests).toString("base64") };
}

/** The bytes of a payload in its pieces. `bytes` begins where a piece begins. */
export async function* inPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE_BYTES - length);
      parts.push(part);
      length += part.length;
      at += part.length;
      if (length < PIECE_BYTES) continue;
      yield Buffer.concat(parts);
      parts = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(parts);
}

/** Whether it is the piece of that number, from 0 on. */
export function isPiece(pieces: string, index: number, piece: Uint8Array): boolean {
  const digests = Buffer.from(pieces, "base64");
  return digests.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES).equals(digestOf(piece));
}

/** Whether there are as many hashes as a payload of this size has pieces. */
export function fitsSize(pieces: string, size: number): boolean {
  return Buffer.from(pieces, "base64").length === Math.ceil(size / PIECE_BYTES) * DIGEST_BYTES;
}

function digestOf(piece: Uint8Array): Buffer {
  return createHash("sha256").update(piece).digest().subarray(0, DIGEST_BYTES);
}
