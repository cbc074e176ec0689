/** Starting, keeping and ending processes. */
import { costAtMost } from "./goal.ts";
import { type Erlang, ourAside, twoDepths, type Work } from "./work.ts";

/** Erlang's table of processes is as large as it is asked to be at the start. */
const A_MILLION = ["+P", "2000000"];

export function processWorks(erlang: Erlang): Work[] {
  return [
    spawnAndEnd(erlang),
    idle(erlang, 100_000),
    idle(erlang, 1_000_000),
    crash(erlang, "linked process ends by an exit, seen and respawned", "exit"),
    crash(erlang, "linked process crashes with an error, seen and respawned", "error"),
  ];
}

function spawnAndEnd(erlang: Erlang): Work {
  const ours = { module: "spawn-end", body: "spawnEnd" };
  return {
    name: "spawn and end a process",
    unit: "us",
    goal: costAtMost(0.8, ", stretch 0.5"),
    ours: twoDepths({ ...ours, words: { child: 1 } }),
    peers: erlang.peers({ module: "spawn_end", ways: { "": "plain" } }),
    asides: [ourAside("ours, a child that ends at depth 8", { ...ours, words: { child: 8 } }, 2)],
  };
}

function idle(erlang: Erlang, count: number): Work {
  const waits = { module: "idle", ways: { "": `{waits, ${count}}` } };
  const hibernates = { module: "idle", ways: { "": `{hibernates, ${count}}` } };
  return {
    name: `memory of an idle process, ${count} of them`,
    unit: "B",
    goal: costAtMost(0.5, ", stretch 0.33"),
    ours: twoDepths({ module: "idle", body: "idle", heapMb: 8000, words: { count } }),
    peers: erlang.peers({ ...waits, options: [""], oneScheduler: true, flags: A_MILLION }),
    asides: [
      ...erlang.aside("OTP, smallest first heap", { ...waits, flags: [...A_MILLION, "+hms", "12"] }),
      ...erlang.aside("OTP, hibernating", { ...hibernates, flags: A_MILLION }),
    ],
  };
}

function crash(erlang: Erlang, name: string, how: "exit" | "error"): Work {
  return {
    name,
    unit: "us",
    goal: costAtMost(1),
    ours: twoDepths({ module: "crash", body: "crash", words: { how } }),
    peers: erlang.peers({ module: "crash", ways: { "": how } }),
  };
}
