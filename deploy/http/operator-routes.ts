/**
 * Addresses for the operator of a board: what they tell is of its inside, so where logins are configured a
 * viewer's is not enough. The door of the edge server (host, origin, login) was passed before.
 *
 * A route answers with one JSON document, or with documents as they come, one a line, until it ends or the
 * other side goes away. Who reads too slowly is not waited for: the route is asked for no more until he has read.
 */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Role } from "../mqtt/rights.ts";

/** `gone`: nobody reads any more. A RangeError says that the question makes no sense, any other that there is no answer now. */
export type OperatorRoute = (
  query: URLSearchParams,
  gone: AbortSignal,
) => Promise<unknown> | AsyncIterable<unknown>;

export type OperatorRoutes = Readonly<Record<string, OperatorRoute>>;

/** Questions under way at a time: each holds a place in a mailbox. */
const MOST_AT_ONCE = 8;

export class OperatorDoor {
  readonly #routes: OperatorRoutes;
  readonly #actions: OperatorRoutes;
  #underWay = 0;

  /** `actions`: what changes something, and is asked for by POST. */
  constructor(routes: OperatorRoutes, actions: OperatorRoutes = {}) {
    this.#routes = routes;
    this.#actions = actions;
  }

  /** What an address may be asked with; undefined where there is none. */
  methods(path: string): readonly string[] | undefined {
    const [tells, acts] = [this.#routes, this.#actions].map((routes) => Object.hasOwn(routes, path));
    if (!tells && !acts) return undefined;
    return [...(tells ? ["GET", "HEAD"] : []), ...(acts ? ["POST"] : [])];
  }

  /** `role`: of the login, `undefined` where none is configured. */
  async answer(url: URL, response: ServerResponse, role: Role | undefined): Promise<void> {
    if (role === "viewer")
      return refuse(response, 403, "an operator's user name and password are needed here");
    if (this.#underWay >= MOST_AT_ONCE) return refuse(response, 503, "too many questions at once");
    this.#underWay++;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      const routes = response.req.method === "POST" ? this.#actions : this.#routes;
      const answer = routes[url.pathname]!(url.searchParams, gone.signal);
      if (Symbol.asyncIterator in answer) await sendLines(answer, response, gone.signal);
      else sendDocument(await answer, response);
    } catch (error) {
      const { message } = error as Error;
      if (response.headersSent) response.end(`${JSON.stringify({ error: message })}\n`);
      else refuse(response, error instanceof RangeError ? 400 : 503, message);
    } finally {
      this.#underWay--;
    }
  }
}

function sendDocument(document: unknown, response: ServerResponse): void {
  const body = JSON.stringify(document);
  response.writeHead(200, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

async function sendLines(
  documents: AsyncIterable<unknown>,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  for await (const document of documents) {
    if (gone.aborted) return;
    // Not before the first: an error in its place is still an answer of its own.
    if (!response.headersSent)
      response.writeHead(200, { "Content-Type": "application/x-ndjson; charset=utf-8" });
    if (response.write(`${JSON.stringify(document)}\n`)) continue;
    await once(response, "drain", { signal: gone }).catch(() => {}); // who is gone ends the wait
  }
  response.end();
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.destroyed) return;
  const body = JSON.stringify({ error: why });
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
}
