/** Two boards with a thread for each cell, and one of each that speaks with the other. */
import { randomUUID } from "node:crypto";
import { BroadcastChannel } from "node:worker_threads";
import type { CellSpec } from "../../runtime/cell/kernel.ts";
import type { SpecContext } from "../harness/spec.ts";
import type { BoardsBench } from "./boards.ts";
import { BOARDS, type LinkPlan, type OnChannel } from "./link-cell.ts";
import { inProcesses, threadBench } from "./thread-bench.ts";

const module = new URL("./link-cell.js", import.meta.url).href;

export type LinkedThreads = BoardsBench & {
  /** Of a board: its cell for the others. */
  readonly link: (board: string) => CellSpec;
};

/** `kind`: of the cells that `startCell` starts. */
export function linkedThreads(t: SpecContext, kind: "thread" | "child" = "thread"): LinkedThreads {
  const name = randomUUID();
  const channel = new BroadcastChannel(name);
  t.defer(() => channel.close());
  const link = (board: string): CellSpec => ({
    name: "link",
    loop: "event",
    body: { module, name: "linkCell" },
    setup: { module, name: "linkSetup", data: { board, channel: name } satisfies LinkPlan },
    args: [],
  });
  const [greenhouse, pumphouse] = BOARDS.map((board) => {
    const hooks = { ended: () => {}, crashed: () => {} };
    const bench = threadBench(t, hooks, { board });
    bench.kernel.startCell(link(board));
    return kind === "thread" ? bench : inProcesses(bench, kind);
  });
  return {
    greenhouse: greenhouse!,
    pumphouse: pumphouse!,
    cut: (cut) => channel.postMessage({ cut } satisfies OnChannel),
    link,
  };
}
