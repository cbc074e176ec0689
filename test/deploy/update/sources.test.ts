import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { equal, is, match, ok } from "uvu/assert";
import { fileSource } from "../../../deploy/update/file-source.ts";
import { httpSource } from "../../../deploy/update/http-source.ts";
import { answerRead, pipeSource } from "../../../deploy/update/pipe-source.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { spec } from "../../harness/spec.ts";
import { memorySource } from "./a-place.ts";

const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251));

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return "none";
}

/** A web server that answers as it is told; what was asked for is written down. */
async function server(
  t: SpecContext,
  answer: (request: IncomingMessage, response: ServerResponse, from: number, to: number) => void,
) {
  const ranges: string[] = [];
  const http = createServer((request, response) => {
    response.setHeader("ETag", '"one"');
    if (request.method === "HEAD") {
      response.setHeader("Content-Length", BYTES.length);
      response.end();
      return;
    }
    ranges.push(request.headers.range ?? "all");
    const [, from = "", to = ""] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    answer(request, response, Number(from), Number(to) + 1);
  });
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  t.defer(() => {
    http.closeAllConnections();
    return new Promise((done) => http.close(done));
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/x.holdfast`, ranges };
}

spec("a bundle that is not there is said to be so, with what makes one", async () => {
  try {
    await fileSource("/nowhere/x.holdfast");
    ok(false, "it was opened");
  } catch (error) {
    is((error as Error).message, "there is no /nowhere/x.holdfast; holdfast release makes a bundle");
  }
});

spec("a web server is asked for just the range that is wanted", async (t) => {
  const { url, ranges } = await server(t, (_, response, from, to) => {
    response.writeHead(206);
    response.end(BYTES.subarray(from, to));
  });
  const source = await httpSource(url);
  is(source.bytes, BYTES.length);
  ok((await all(source.read(1000, 5000))).equals(BYTES.subarray(1000, 5000)));
  equal(ranges, ["bytes=1000-4999"]);
});

spec("a connection that breaks is taken up again where it broke", async (t) => {
  const { url, ranges } = await server(t, (_, response, from, to) => {
    response.writeHead(206, { "Content-Length": to - from });
    response.write(BYTES.subarray(from, Math.min(to, from + 100_000)), () => {
      if (from + 100_000 < to) response.destroy();
      else response.end();
    });
  });
  const source = await httpSource(url, { retryMs: 1 });
  ok((await all(source.read(0, BYTES.length))).equals(BYTES));
  ok(ranges.length >= 3, ranges.join());
});

spec("a server that falls silent is given up, and after some attempts the whole", async (t) => {
  const { url, ranges } = await server(t, (_, response) => void response.writeHead(206));
  const source = await httpSource(url, { silentMs: 50, retryMs: 1 });
  is(await codeOf(all(source.read(0, 10))), "interrupted");
  is(ranges.length, 8);
});

spec("a file that changes in between, a server without ranges, and none at all are said", async (t) => {
  const { url } = await server(t, (request, response) => {
    is(request.headers["if-range"], '"one"');
    response.end(BYTES);
  });
  is(await codeOf(all((await httpSource(url)).read(5, 10))), "unreachable");
  is(await codeOf(httpSource("http://127.0.0.1:1/x")), "unreachable");
});

/** Both ends of a pipe, and what this side asked for. */
function pipe(bytes: Buffer) {
  const there = new PassThrough();
  const asked: string[] = [];
  there.write(`${JSON.stringify({ size: bytes.length })}\n`);
  const source = pipeSource(there, (request) => {
    const { read } = request as { read: { from: number; to: number } };
    asked.push(`${read.from}-${read.to}`);
    void answerRead(read, memorySource(bytes), there);
  });
  return { there, asked, source };
}

spec("over a pipe ranges are asked for one after the other, small ones first", async () => {
  const { asked, source } = pipe(BYTES);
  const from = await source;
  is(from.bytes, BYTES.length);
  ok((await all(from.read(0, BYTES.length))).equals(BYTES));
  equal(asked, ["0-65536", "65536-196608", "196608-300000"]);
});

spec("who reads no further leaves the pipe in order for the next", async () => {
  const { source } = pipe(BYTES);
  const from = await source;
  for await (const _ of from.read(0, BYTES.length)) break;
  ok((await all(from.read(70_000, 170_000))).equals(BYTES.subarray(70_000, 170_000)));
});

spec("a pipe that ends in the middle says from where it goes on", async () => {
  const { there, source } = pipe(BYTES);
  const from = await source;
  const reading = (async () => {
    for await (const _ of from.read(0, BYTES.length)) if (!there.writableEnded) there.end();
  })();
  is(await codeOf(reading), "interrupted");
});

spec("a pipe without a size, or with one that is none, is nobody who sends", async () => {
  for (const text of ["", "hello\n", '{"size":-1}\n', `${"x".repeat(5000)}\n`]) {
    const input = new PassThrough();
    input.end(text);
    is(await codeOf(pipeSource(input, () => {})), "interrupted", text.slice(0, 20));
  }
});

spec("the sender answers nothing that its file does not have", async () => {
  for (const range of [
    { from: -1, to: 5 },
    { from: 5, to: 4 },
    { from: 0, to: 300_001 },
  ]) {
    try {
      await answerRead(range, memorySource(BYTES), new PassThrough());
      ok(false, "it was answered");
    } catch (error) {
      match((error as Error).message, "no bytes from");
    }
  }
});
