/** What goes from thread to thread: on all cores, because both ends are awake in turns. */
import { type Goal, within } from "./goal.ts";
import { ourCell } from "./our-cell.ts";
import { ourAside, program, type Work } from "./work.ts";

export function cellWorks(): Work[] {
  return [call(), restart()];
}

const CALL_GOAL: Goal = {
  text: "<= 20 us, <= 0.333 x",
  by: "cost",
  met: ({ value }, ratio) => value <= 20 && ratio !== null && ratio <= 1 / 3,
};

function call(): Work {
  const ours = { module: "call", body: "client", server: "server", cores: "all", heapMb: 32 } as const;
  return {
    name: "call to a server in another cell",
    unit: "us",
    goal: CALL_GOAL,
    ours: [3, 8].map((depth) => ourCell(ours, depth)),
    peers: ["workers", "main"].map((who) => program(`postMessage, ${who}`, "post-message", [who], "all")),
    asides: [ourAside("ours, bare messages", { ...ours, body: "asker", server: "answerer" }, 3)],
  };
}

function restart(): Work {
  return {
    name: "restart of a thread cell from a warm spare",
    unit: "us",
    goal: within("p99 <= 5 ms", ({ p99 = Number.NaN }) => p99 <= 5000),
    ours: [program("", "restart-cell", ["warm"], "all")],
    peers: [],
    asides: [program("ours, cold", "restart-cell", ["cold"], "all")],
  };
}
