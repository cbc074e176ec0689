/** Messages and timers inside one cell. */
import { costAtMost, type Goal, rateAtLeast } from "./goal.ts";
import { type OurWork, ourCell } from "./our-cell.ts";
import { type Erlang, ourAside, program, twoDepths, type Work } from "./work.ts";

export function messageWorks(erlang: Erlang): Work[] {
  return [
    {
      ...pingPong(erlang, "tag"),
      asides: erlang.aside("OTP, tuples", { module: "ping_pong", ways: { "": "tuple" } }),
    },
    pingPong(erlang, "ref"),
    ring(erlang, "integer", rateAtLeast(1.5)),
    ring(erlang, "map", rateAtLeast(1)),
    oneWay(erlang, "integer"),
    oneWay(erlang, "map"),
    ...[2, 8].flatMap((depth) => [
      contract("in a conversation", depth, { body: "conversation" }),
      contract("through a checker between", depth, { body: "plain", words: { checked: true } }),
    ]),
    timers(erlang, "start", rateAtLeast(10), { "": "{start, sync}" }),
    timers(erlang, "cancel", rateAtLeast(20), { sync: "{cancel, sync}", async: "{cancel, async}" }),
  ];
}

function pingPong(erlang: Erlang, by: "tag" | "ref"): Work {
  return {
    name: `ping-pong, one cell, small map, by ${by}`,
    unit: "us",
    goal: costAtMost(1),
    ours: twoDepths({ module: "ping-pong", body: "pingPong", words: { by } }),
    peers: erlang.peers({ module: "ping_pong", ways: { "": by } }),
  };
}

function ring(erlang: Erlang, token: "integer" | "map", goal: Goal): Work {
  return {
    name: `ring of 10,000 processes, ${token}`,
    unit: "M/s",
    goal,
    ours: twoDepths({ module: "ring", body: "ring", words: { token } }),
    peers: erlang.peers({ module: "ring", ways: { "": token } }),
  };
}

function oneWay(erlang: Erlang, message: "integer" | "map"): Work {
  const ways = { "window 1000": `{${message}, 1000}`, "no window": `{${message}, 100000}` };
  return {
    name: `one-way messages to one receiver, ${message}`,
    unit: "M/s",
    goal: rateAtLeast(1),
    ours: twoDepths({ module: "one-way", body: "oneWay", words: { message } }),
    peers: erlang.peers({ module: "one_way", ways }),
  };
}

const CONTRACT_GOAL: Goal = {
  text: "<= 1 us more",
  by: "cost",
  met: ({ value }, ratio) => ratio !== null && value - value / ratio <= 1,
};

/** Beside the same without a contract. */
function contract(name: string, depth: number, ours: Pick<OurWork, "body" | "words">): Work {
  const bare = { module: "contract", body: "plain", words: { checked: false } };
  return {
    name: `message under a contract, ${name}`,
    unit: "us",
    goal: CONTRACT_GOAL,
    ours: [ourCell({ module: "contract", ...ours }, depth)],
    peers: [ourAside("ours without a contract", bare, depth)],
  };
}

/** Nothing is received between: one depth. */
function timers(
  erlang: Erlang,
  what: "start" | "cancel",
  goal: Goal,
  ways: Readonly<Record<string, string>>,
): Work {
  return {
    name: `timer ${what} at 1 M live`,
    unit: "M/s",
    goal,
    ours: [ourCell({ module: "timers", body: "timers", words: { what }, heapMb: 2000 }, 8)],
    peers: erlang.peers({ module: "timers", ways, oneScheduler: true, options: [""] }),
    asides: [program("Node's setTimeout, clearTimeout", "node-timers", [what], "one")],
  };
}
