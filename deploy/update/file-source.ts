/** A bundle in a file of this machine. */
import { open } from "node:fs/promises";
import type { ByteSource } from "./byte-source.ts";
import { UpdateError } from "./update-error.ts";

const CHUNK_BYTES = 256 * 1024;

/** Rejects with `UpdateError` `noBundle` for a file that cannot be opened. */
export async function fileSource(path: string): Promise<ByteSource> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === "ENOENT" ? `there is no ${path}` : `${path} cannot be opened: ${error.message}`;
    throw new UpdateError("noBundle", `${why}; holdfast release makes a bundle`, error);
  });
  const { size } = await file.stat();
  return {
    bytes: size,
    async *read(from, to) {
      for (let at = from; at < to; ) {
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, to - at));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
        if (bytesRead === 0) throw new UpdateError("interrupted", `${path} ends at byte ${at} of ${to}`);
        yield chunk.subarray(0, bytesRead);
        at += bytesRead;
      }
    },
    close: () => file.close(),
  };
}
