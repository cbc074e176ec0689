/** Serves one bundle by ranges (RFC 9110, 14.2) to whoever knows its address: what is in it is signed, not secret. */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { listen } from "../listen.ts";
import type { ByteSource } from "./byte-source.ts";

export interface OfferServer {
  /** Path and port; whoever offers knows by which address it is reached. */
  readonly path: string;
  readonly port: number;
  close(): void;
}

/** Boards that fetch at the same time. */
const MOST_CONNECTIONS = 64;

/** Throws when it cannot listen there. `tag`: tells this bundle from another one under the same path. */
export async function offerServer(
  source: ByteSource,
  { host, port, tag }: { readonly host: string; readonly port: number; readonly tag: string },
): Promise<OfferServer> {
  const path = `/${randomBytes(8).toString("hex")}/release.holdfast`;
  const server = createServer((request, response) => {
    if (request.url !== path) refuse(response, 404);
    else if (request.method === "HEAD") head(response, source, tag);
    else if (request.method === "GET") void send(request, response, source, tag);
    else refuse(response, 405);
  });
  server.maxConnections = MOST_CONNECTIONS;
  const options = { option: "--listen", environment: "nothing else" };
  const given = await listen(server, { host, port, what: "the offer", ...options });
  return {
    path,
    port: given,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function head(response: ServerResponse, { bytes }: ByteSource, tag: string): void {
  response.writeHead(200, { "Content-Length": bytes, "Accept-Ranges": "bytes", ETag: `"${tag}"` });
  response.end();
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  source: ByteSource,
  tag: string,
): Promise<void> {
  const range = rangeOf(request.headers.range, source.bytes);
  if (range === undefined) {
    response.writeHead(416, { "Content-Range": `bytes */${source.bytes}` });
    response.end();
    return;
  }
  const [from, to] = range;
  response.writeHead(206, {
    "Content-Length": to - from,
    "Content-Range": `bytes ${from}-${to - 1}/${source.bytes}`,
    ETag: `"${tag}"`,
  });
  await pipeline(Readable.from(source.read(from, to)), response).catch(() => {}); // it went away: it asks for the rest
}

/** Only one range, with both ends or open at its end: what our own client asks for. */
function rangeOf(text: string | undefined, bytes: number): readonly [number, number] | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(text ?? "") ?? [];
  if (from === undefined) return undefined;
  const end = to === undefined || to === "" ? bytes : Math.min(Number(to) + 1, bytes);
  return Number(from) < end ? [Number(from), end] : undefined;
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status);
  response.end();
}
