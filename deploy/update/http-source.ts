/**
 * A bundle on a web server, by ranges (RFC 9110, 14.2). A connection that breaks is taken up again where it broke; a server
 * whose file changes in between is noticed (`If-Range`, 13.1.5).
 */
import type { ByteSource } from "./byte-source.ts";
import { UpdateError } from "./update-error.ts";

/** No byte for so long: the connection is given up, ms. */
const SILENT_MS = 20_000;
/** Attempts without a byte in between, and the time between two, ms. */
const MOST_ATTEMPTS = 8;
const RETRY_MS = 2000;

export interface HttpSourceOptions {
  /** Default: the times above; tests are in more of a hurry. */
  readonly silentMs?: number;
  readonly retryMs?: number;
}

/** Throws `UpdateError` `unreachable` for a server that has no such file or no ranges. */
export async function httpSource(
  url: string,
  { silentMs = SILENT_MS, retryMs = RETRY_MS }: HttpSourceOptions = {},
): Promise<ByteSource> {
  const head = await ask(url, { method: "HEAD" });
  const bytes = Number(head.headers.get("content-length"));
  if (!head.ok || !Number.isSafeInteger(bytes) || bytes <= 0)
    throw new UpdateError(
      "unreachable",
      `${url} answered ${head.status}, and not with a file of known length`,
    );
  const tag = head.headers.get("etag");
  return {
    bytes,
    async *read(from, to) {
      let at = from;
      for (let attempts = 0; at < to; attempts++) {
        if (attempts >= MOST_ATTEMPTS)
          throw new UpdateError(
            "interrupted",
            `${url} broke off at byte ${at} of ${to}, ${attempts} times in a row`,
          );
        if (attempts > 0) await new Promise((done) => setTimeout(done, retryMs));
        try {
          for await (const chunk of range(url, { at, to, tag, silentMs })) {
            attempts = 0;
            at += chunk.length;
            yield chunk;
          }
        } catch (error) {
          if (error instanceof UpdateError) throw error;
        }
      }
    },
    close: async () => {},
  };
}

async function* range(
  url: string,
  { at, to, tag, silentMs }: { at: number; to: number; tag: string | null; silentMs: number },
): AsyncIterable<Uint8Array> {
  const gone = new AbortController();
  let timer = setTimeout(() => gone.abort(), silentMs);
  try {
    const headers = { Range: `bytes=${at}-${to - 1}`, ...(tag !== null && { "If-Range": tag }) };
    const answer = await fetch(url, { headers, signal: gone.signal });
    if (answer.status === 200) {
      const help = at > 0 ? "its file has changed, or it knows no ranges" : "it knows no ranges";
      throw new UpdateError("unreachable", `${url} answered with all of the file: ${help}`);
    }
    if (answer.status !== 206) throw new UpdateError("unreachable", `${url} answered ${answer.status}`);
    let left = to - at;
    for await (const chunk of answer.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(() => gone.abort(), silentMs);
      yield chunk.subarray(0, left);
      left -= chunk.length;
      if (left <= 0) return;
    }
  } finally {
    clearTimeout(timer);
    gone.abort();
  }
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(SILENT_MS) });
  } catch (error) {
    const why = ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message;
    throw new UpdateError("unreachable", `${url} does not answer: ${why}`, error);
  }
}
