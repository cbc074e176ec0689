/**
 * What a contract checker costs per message: the same ping-pong of two processes in one cell, bare and with a
 * conversation on both sides, and through a go-between. Processor time, so that neighbours count little.
 * `node dist/test/bench/contract-cost.js`
 */
import { Cell } from "../../runtime/process/cell.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { startContractChecker } from "../../runtime/protocol/contract-checker.ts";
import type { ConverseMessage } from "../../runtime/protocol/conversation-messages.ts";
import { declareProtocol } from "../../runtime/protocol/declare-protocol.ts";
import { acceptConversation, openConversation } from "../../runtime/protocol/open-conversation.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";

const ROUNDS = 200_000;

const ping = declareProtocol({
  name: "ping",
  sides: ["client", "server"],
  start: "idle",
  states: {
    idle: { may: { client: { ask: { fields: { n: "int", level: "number", who: "text" }, next: "asked" } } } },
    asked: { may: { server: { answer: { fields: { n: "int", ok: "boolean" }, next: "idle" } } } },
  },
});

const limited = declareProtocol({
  ...ping.spec,
  name: "limited",
  states: { ...ping.spec.states, asked: { ...ping.spec.states.asked, within: 1000 } },
}) as unknown as typeof ping;

type Ask = { type: "ask"; n: number; level: number; who: string };

function* bareServer(self: Self<Ask | { type: "from"; from: Pid }>): ProcessGenerator {
  const { from } = yield* self.receive("from");
  for (;;) {
    const { n } = yield* self.receive("ask");
    self.send(from, { type: "answer", n, ok: true });
  }
}

function* bareClient(self: Self<{ type: "answer"; n: number }>, server: Pid): ProcessGenerator {
  self.send(server, { type: "from", from: self.pid });
  for (let n = 0; n < ROUNDS; n++) {
    self.send(server, { type: "ask", n, level: 0.5, who: "bench" });
    yield* self.receive("answer");
  }
}

function* server(self: Self<ConverseMessage>, protocol: "ping" | "limited"): ProcessGenerator {
  const opening = yield* self.receive("converse");
  const talk = acceptConversation(self, protocol === "ping" ? ping : limited, "server", opening)!;
  for (;;) {
    const message = yield* talk.receive();
    if (message?.type !== "ask") return;
    talk.send({ type: "answer", n: message.n, ok: true });
  }
}

function* client(self: Self, server: Pid, protocol: "ping" | "limited"): ProcessGenerator {
  const talk = openConversation(self, protocol === "ping" ? ping : limited, "client", server);
  for (let n = 0; n < ROUNDS; n++) {
    talk.send({ type: "ask", n, level: 0.5, who: "bench" });
    yield* talk.receive();
  }
}

/** As `bareServer`, but whom it answers is the checker. */
function* checked(self: Self<{ type: "answer"; n: number }>): ProcessGenerator {
  const server = self.spawn(bareServer, []);
  const ends = startContractChecker(self, ping, { client: self.pid, server });
  self.send(server, { type: "from", from: ends.server });
  for (let n = 0; n < ROUNDS; n++) {
    self.send(ends.client, { type: "ask", n, level: 0.5, who: "bench" });
    yield* self.receive("answer");
  }
}

function run(start: (cell: Cell) => void): number {
  const cell = new Cell({ board: "bench", cell: "bench", incarnation: 1, clock: new SystemClock() });
  const begin = process.cpuUsage();
  start(cell);
  cell.run();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / ROUNDS / 2;
}

const ways: Readonly<Record<string, (cell: Cell) => void>> = {
  bare: (cell) => void cell.spawn(bareClient, [cell.spawn(bareServer, [])]),
  conversations: (cell) => void cell.spawn(client, [cell.spawn(server, ["ping"]), "ping"]),
  "with a time limit": (cell) => void cell.spawn(client, [cell.spawn(server, ["limited"]), "limited"]),
  "go-between": (cell) => void cell.spawn(checked, []),
};

const results: Record<string, number[]> = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < 6; round++) {
  for (const [name, start] of Object.entries(ways)) {
    const us = run(start);
    if (round > 0) results[name]!.push(us);
  }
}
const median = (list: readonly number[]) => list.toSorted((a, b) => a - b)[list.length >> 1]!;
const bare = median(results.bare!);
for (const [name, list] of Object.entries(results)) {
  const us = median(list);
  console.log(
    `${name.padEnd(20)} ${us.toFixed(3)} us a message, ${(us - bare).toFixed(3)} us more than bare`,
  );
}
