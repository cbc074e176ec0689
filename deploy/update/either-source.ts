/** A bundle that can be had in two ways: by the first for as long as that goes, then by the second, from the same byte on. */
import type { ByteSource } from "./byte-source.ts";
import { UpdateError } from "./update-error.ts";

/** What another way may mend. */
const MENDED: readonly UpdateError["code"][] = ["unreachable", "interrupted"];

/** What was offered is of this size, bytes; undefined: nobody has said. Throws `UpdateError` `unreachable`: what lies there is another file. */
export function ofSize(source: ByteSource, bytes: number | undefined, where: string): ByteSource {
  if (bytes === undefined || source.bytes === bytes) return source;
  throw new UpdateError(
    "unreachable",
    `${where} has ${source.bytes} bytes, and ${bytes} were offered: it is another file; offer the release again`,
  );
}

/** Throws what the second throws, and `UpdateError` `unreachable` when the second has a bundle of another size than the first had. `onSecond`: hears why the first was left. */
export async function eitherSource(
  first: () => Promise<ByteSource>,
  second: () => Promise<ByteSource>,
  onSecond: (why: string) => void,
): Promise<ByteSource> {
  let source: ByteSource | undefined;
  let isSecond = false;
  const turn = async (error: unknown) => {
    if (isSecond || !(error instanceof UpdateError) || !MENDED.includes(error.code)) throw error;
    isSecond = true;
    onSecond(error.message);
    await source?.close();
    const bytes = source?.bytes;
    source = await second();
    return ofSize(source, bytes, "the other way");
  };
  try {
    source = await first();
  } catch (error) {
    source = await turn(error);
  }
  const { bytes } = source;
  return {
    bytes,
    async *read(from, to) {
      let at = from;
      while (at < to)
        try {
          for await (const chunk of source!.read(at, to)) {
            at += chunk.length;
            yield chunk;
          }
          return;
        } catch (error) {
          await turn(error);
        }
    },
    close: async () => source?.close(),
  };
}
