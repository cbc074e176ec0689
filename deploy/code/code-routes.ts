/** `GET /code` and `POST /code`: the code of devices and controllers, for whoever brings a release on this machine. */
import type { OperatorRoutes } from "../http/operator-routes.ts";
import type { CodeReply, CodeRequest } from "./code-messages.ts";

type Ask = (request: CodeRequest) => Promise<CodeReply>;

/** Longest trial: that of a missing link, and what comes before it. */
const LONGEST_LIMIT_MS = 3_600_000;

/** How it stands. */
export function codeState(ask: Ask): OperatorRoutes {
  return { "/code": () => ask({ what: "state" }) };
}

/** `?do=try&slot=b&release=<id>&limit=60000`, `?do=keep`, `?do=takeBack&why=text`. */
export function codeActions(ask: Ask): OperatorRoutes {
  return { "/code": (query) => ask(requestOf(query)) };
}

/** Throws RangeError for a question that makes no sense. */
function requestOf(query: URLSearchParams): CodeRequest {
  const what = query.get("do");
  switch (what) {
    case "keep":
      return { what };
    case "takeBack":
      return { what, why: (query.get("why") ?? "it was asked for").slice(0, 400) };
    case "try": {
      const [slot, release, limitMs] = [query.get("slot"), query.get("release"), Number(query.get("limit"))];
      if (slot !== "a" && slot !== "b") throw new RangeError(`slot: found "${slot}", allowed: a, b`);
      if (release === null || !/^[0-9a-f]{32}$/.test(release))
        throw new RangeError("release: 32 hexadecimal digits are needed");
      if (!(limitMs > 0 && limitMs <= LONGEST_LIMIT_MS))
        throw new RangeError(`limit: found "${query.get("limit")}", allowed are 1 to ${LONGEST_LIMIT_MS} ms`);
      return { what, slot, release, limitMs };
    }
    default:
      throw new RangeError(`do: found "${what}", allowed: try, keep, takeBack`);
  }
}
