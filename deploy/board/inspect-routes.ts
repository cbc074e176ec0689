/** `/overview`, `/processes`, `/crashes` and `/trace`: the inside of a board for its operator, over HTTP. */
import type { ProcessOrder, ProcessQuery } from "../../runtime/introspection/cell-report.ts";
import type { InspectReply, InspectRequest } from "../../runtime/introspection/inspector.ts";
import type { TraceKind } from "../../runtime/introspection/report.ts";
import { parseDurationMs } from "../../runtime/time/duration.ts";
import type { OperatorRoutes } from "../http/operator-routes.ts";
import { pauseUnlessGone } from "../http/pause-unless-gone.ts";
import type { Overview } from "./overview.ts";

type Ask = (request: InspectRequest) => Promise<InspectReply>;

const ORDERS: readonly ProcessOrder[] = ["pid", "mailbox", "time", "messages"];
const KINDS: readonly TraceKind[] = ["send", "receive", "spawn", "exit", "miss"];
const DEFAULT_TRACE = "10s";
const LONGEST_TRACE_MS = 300_000;
/** How often what was traced is fetched from the cells. */
const READ_EVERY_MS = 200;

/** `pause`: waits so many ms, less when `gone`. */
export function inspectRoutes(
  ask: Ask,
  overview: () => Promise<Overview>,
  pause: (ms: number, gone: AbortSignal) => Promise<void> = pauseUnlessGone,
): OperatorRoutes {
  return {
    "/overview": (query) => {
      only(query, []);
      return overview();
    },
    /** `?cell=pump&match=text&order=time&limit=20` */
    "/processes": async (query) => {
      const known = only(query, ["cell", "match", "order", "limit"]);
      const { cell, match } = known;
      const question: ProcessQuery = {
        ...(match === undefined ? {} : { match }),
        ...(known.order === undefined ? {} : { order: oneOf("order", known.order, ORDERS) }),
        ...(known.limit === undefined ? {} : { limit: whole("limit", known.limit, 500) }),
      };
      const request = { what: "board", query: question, ...(cell === undefined ? {} : { cell }) } as const;
      return expect(await ask(request), "board").board;
    },
    /** `?cell=pump&limit=5` */
    "/crashes": async (query) => {
      const { cell, limit } = only(query, ["cell", "limit"]);
      const { is: _, ...told } = expect(
        await ask({
          what: "crashes",
          ...(cell === undefined ? {} : { cell }),
          ...(limit === undefined ? {} : { limit: whole("limit", limit, 64) }),
        }),
        "crashes",
      );
      return told;
    },
    /** `?for=10s&process=pump&kind=send&tag=reading`; the last three may be repeated. A line an entry, then a summary. */
    "/trace": (query, gone) => {
      only(query, ["for", "process", "kind", "tag"]);
      const text = query.get("for") ?? DEFAULT_TRACE;
      const forMs = parseDurationMs(text);
      if (forMs === undefined || forMs <= 0 || forMs > LONGEST_TRACE_MS)
        throw new RangeError(`for: "${text}" is no time up to 5m`);
      const filter = {
        processes: query.getAll("process"),
        kinds: query.getAll("kind").map((kind) => oneOf("kind", kind, KINDS)),
        tags: query.getAll("tag"),
      };
      return traced(ask, { what: "startTrace", filter, forMs }, gone, pause);
    },
  };
}

async function* traced(
  ask: Ask,
  request: InspectRequest,
  gone: AbortSignal,
  pause: (ms: number, gone: AbortSignal) => Promise<void>,
): AsyncGenerator<unknown> {
  const { trace } = expect(await ask(request), "trace");
  let count = 0;
  let running = true;
  try {
    for (let lost = 0; ; ) {
      if (!running) return yield { ended: { entries: count, lost } };
      await pause(READ_EVERY_MS, gone);
      const what = gone.aborted ? "stopTrace" : "readTrace";
      const read = expect(await ask({ what, trace }), "entries");
      ({ running, lost } = read);
      count += read.entries.length;
      for (const entry of read.entries) yield entry;
    }
  } finally {
    // Who read it went away between two entries.
    if (running) await ask({ what: "stopTrace", trace });
  }
}

function expect<K extends InspectReply["is"]>(reply: InspectReply, is: K): Extract<InspectReply, { is: K }> {
  if (reply.is === is) return reply as Extract<InspectReply, { is: K }>;
  throw new Error(reply.is === "refused" ? reply.why : `the inspector answered "${reply.is}"`);
}

/** The values of a query that knows no other names. */
function only<K extends string>(query: URLSearchParams, names: readonly K[]): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  for (const [name, value] of query) found[oneOf("query", name, names)] = value;
  return found;
}

function oneOf<T extends string>(what: string, text: string, allowed: readonly T[]): T {
  if (!(allowed as readonly string[]).includes(text))
    throw new RangeError(`${what}: "${text.slice(0, 40)}" is none of ${allowed.join(", ")}`);
  return text as T;
}

function whole(what: string, text: string, highest: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > highest)
    throw new RangeError(`${what}: "${text.slice(0, 40)}" is no whole number from 1 to ${highest}`);
  return number;
}
