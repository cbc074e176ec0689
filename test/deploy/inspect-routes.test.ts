import * as assert from "uvu/assert";
import { inspectRoutes } from "../../deploy/board/inspect-routes.ts";
import type { Overview } from "../../deploy/board/overview.ts";
import type { InspectReply, InspectRequest } from "../../runtime/introspection/inspector.ts";
import type { TraceEntry } from "../../runtime/introspection/report.ts";
import { spec } from "../harness/spec.ts";

const nobody = new AbortController().signal;
const noPause = async () => {};

const overview = async () => ({ board: "green" }) as Overview;

/** Routes over an inspector that answers by `answer`, and what it was asked. */
function routes(answer: (request: InspectRequest) => InspectReply) {
  const asked: InspectRequest[] = [];
  const made = inspectRoutes(
    async (request) => {
      asked.push(request);
      return answer(request);
    },
    overview,
    noPause,
  );
  const get = (address: string, gone = nobody) => {
    const url = new URL(address, "http://board/");
    return made[url.pathname]!(url.searchParams, gone);
  };
  return { get, asked };
}

const board = { board: "b", atUs: 5, cells: [] };

/** What a question to `address` ends with: its error's words, however it comes. */
async function refusal(get: (address: string) => unknown, address: string): Promise<string> {
  try {
    await get(address);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "answered";
}

spec("/overview answers with the board, and takes no words", async () => {
  const { get, asked } = routes(() => ({ is: "board", board }));
  assert.equal(await get("/overview"), { board: "green" });
  assert.match(await refusal(get, "/overview?cell=pump"), /^RangeError: query: "cell"/);
  assert.equal(asked, []);
});

spec("/processes asks for what its address says", async () => {
  const { get, asked } = routes(() => ({ is: "board", board }));
  assert.equal(await get("/processes"), board);
  await get("/processes?cell=pump&match=a%20b&order=time&limit=500");
  assert.equal(asked, [
    { what: "board", query: {} },
    { what: "board", cell: "pump", query: { match: "a b", order: "time", limit: 500 } },
  ]);
});

spec("/crashes tells what the kernel keeps", async () => {
  const { get, asked } = routes(() => ({ is: "crashes", board: "b", atUs: 1, total: 3, crashes: [] }));
  assert.equal(await get("/crashes?cell=pump&limit=2"), { board: "b", atUs: 1, total: 3, crashes: [] });
  assert.equal(asked, [{ what: "crashes", cell: "pump", limit: 2 }]);
});

const WRONG = [
  ["/processes?order=size", 'RangeError: order: "size" is none of pid, mailbox, time, messages'],
  ["/processes?limit=0", 'RangeError: limit: "0" is no whole number from 1 to 500'],
  ["/processes?limit=1e3", 'RangeError: limit: "1e3" is no whole number from 1 to 500'],
  ["/processes?limit=", 'RangeError: limit: "" is no whole number from 1 to 500'],
  ["/processes?colour=red", 'RangeError: query: "colour" is none of cell, match, order, limit'],
  ["/crashes?limit=65", 'RangeError: limit: "65" is no whole number from 1 to 64'],
  ["/crashes?match=x", 'RangeError: query: "match" is none of cell, limit'],
  ["/trace?for=6m", 'RangeError: for: "6m" is no time up to 5m'],
  ["/trace?for=0s", 'RangeError: for: "0s" is no time up to 5m'],
  ["/trace?for=soon", 'RangeError: for: "soon" is no time up to 5m'],
  ["/trace?kind=send&kind=steal", 'RangeError: kind: "steal" is none of send, receive, spawn, exit, miss'],
  ["/trace?cell=pump", 'RangeError: query: "cell" is none of for, process, kind, tag'],
] as const;

spec("a question that makes no sense is a RangeError, and nobody is asked", async () => {
  const { get, asked } = routes(() => ({ is: "board", board }));
  for (const [address, words] of WRONG) assert.is(await refusal(get, address), words);
  assert.equal(asked, []);
});

spec("what the inspector refuses is said in its words", async () => {
  const { get } = routes(() => ({ is: "refused", why: "a trace runs for another 9 s" }));
  assert.is(await refusal(get, "/processes"), "Error: a trace runs for another 9 s");
  const lines = get("/trace") as AsyncIterable<unknown>;
  assert.is(
    await refusal(async () => {
      for await (const _ of lines);
    }, ""),
    "Error: a trace runs for another 9 s",
  );
});

function entry(n: number): TraceEntry {
  return { n, atUs: n, cell: "pump", kind: "send", pid: null, label: null, other: "x", text: "1" };
}

/** An inspector whose trace gives entries by `turns` and then is over. */
function tracing(turns: readonly (readonly number[])[]) {
  let turn = 0;
  return routes((request) => {
    if (request.what === "startTrace") return { is: "trace", trace: 4, untilUs: 1 };
    const entries = (turns[turn++] ?? []).map(entry);
    return { is: "entries", entries, lost: 2, running: turn < turns.length && request.what !== "stopTrace" };
  });
}

spec("/trace gives entries as they come, and says at its end how many there were", async () => {
  const { get, asked } = tracing([[1, 2], [], [3]]);
  const lines: unknown[] = [];
  const address = "/trace?for=3s&process=pump&process=fan&kind=send&tag=reading";
  for await (const line of get(address) as AsyncIterable<unknown>) lines.push(line);
  assert.equal(lines, [entry(1), entry(2), entry(3), { ended: { entries: 3, lost: 2 } }]);
  assert.equal(asked[0], {
    what: "startTrace",
    filter: { processes: ["pump", "fan"], kinds: ["send"], tags: ["reading"] },
    forMs: 3000,
  });
  assert.equal(asked.slice(1), new Array(3).fill({ what: "readTrace", trace: 4 }));
});

spec("a trace whose reader is gone is stopped", async () => {
  const { get, asked } = tracing(new Array(100).fill([1]));
  const reader = new AbortController();
  let count = 0;
  for await (const _ of get("/trace?for=5m", reader.signal) as AsyncIterable<unknown>) {
    if (++count === 3) reader.abort();
  }
  assert.equal(asked.at(-1), { what: "stopTrace", trace: 4 });
  assert.ok(asked.length < 8, `${asked.length} questions`);
  const other = tracing(new Array(100).fill([1, 2, 3]));
  for await (const _ of other.get("/trace") as AsyncIterable<unknown>) break;
  assert.equal(
    other.asked.map(({ what }) => what),
    ["startTrace", "readTrace", "stopTrace"],
    "also in the middle of what was read",
  );
});
