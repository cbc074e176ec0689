import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import {
  abandon,
  awaitAny,
  awaitReply,
  callAll,
  type PendingCall,
  sendRequest,
} from "../../../runtime/behaviour/pending-call.ts";
import { serverBody } from "../../../runtime/behaviour/server.ts";
import { spec } from "../../harness/spec.ts";
import { type BenchModule, benchModule } from "./bench-server.ts";
import { bench, outcome } from "./client.ts";

function setUp(servers: number) {
  const hand = bench();
  const pids = Array.from({ length: servers }, () => hand.cell.spawn(serverBody(benchModule([])), ["run"]));
  return { ...hand, pids, servers: pids.map((pid) => addressOf<BenchModule>(pid)) };
}

spec("requests are sent first and their replies taken in any order", () => {
  const { client, servers, trace, until } = setUp(2);
  client(function* (self) {
    const slow = sendRequest(self, servers[0]!, { type: "delayed", after: 20 });
    const fast = sendRequest(self, servers[1]!, { type: "add", n: 4 });
    const same = sendRequest(self, servers[0]!, { type: "add", n: 5 });
    const sum: number = yield* awaitReply(self, same);
    trace.push(`${sum} ${yield* awaitReply(self, fast)} ${yield* awaitReply(self, slow)}`);
  });
  until(30);
  assert.equal(trace, ["5 4 delayed"]);
});

spec("a request that was sent has its limit from then on", () => {
  const { client, servers, trace, until } = setUp(1);
  client(function* (self) {
    const pending = sendRequest(self, servers[0]!, { type: "never" }, { within: 30 });
    yield* self.sleep(20);
    trace.push(`${yield* outcome(awaitReply(self, pending))} at ${self.nowUs() / 1000}`);
    const past = sendRequest(self, servers[0]!, { type: "get" }, { within: 10 });
    yield* self.sleep(20);
    trace.push(`a reply that is there counts: ${yield* outcome(awaitReply(self, past))}`);
  });
  until(100);
  assert.equal(trace, ["timeout at 30", "a reply that is there counts: 0"]);
});

spec("the first of several that is answered, fails, or runs out of time is told apart", () => {
  const { cell, client, servers, pids, trace, until } = setUp(3);
  client(function* (self) {
    let calls: PendingCall<string | number>[] = [
      sendRequest(self, servers[0]!, { type: "delayed", after: 40 }),
      sendRequest(self, servers[1]!, { type: "delayed", after: 10 }),
      sendRequest(self, servers[2]!, { type: "never" }),
      sendRequest(self, servers[1]!, { type: "never" }, { within: 30 }),
    ];
    trace.push(`${yield* awaitAny(self, calls, { within: 5 })} at ${self.nowUs() / 1000}`);
    cell.sendAfter(20_000, pids[2]!, { type: "crash" });
    while (calls.length > 0) {
      const settled = (yield* awaitAny<unknown, string | number>(self, calls))!;
      const { call, result } = settled;
      const what = "reply" in result ? result.reply : result.error.message;
      trace.push(`${calls.indexOf(call)} of ${calls.length} at ${self.nowUs() / 1000}: ${what}`);
      calls = calls.filter((other) => other !== call);
    }
    trace.push(yield* outcome(awaitAny(self, calls)));
  });
  until(100);
  assert.equal(trace.slice(0, 2), ["undefined at 5", "1 of 4 at 10: delayed"]);
  assert.match(trace[2]!, /^1 of 3 at 25: call "never" to <bench.hand.3>: exited \(Error: crashed\)$/);
  assert.match(trace[3]!, /^1 of 2 at 30: call "never" to <bench.hand.2>: timeout$/);
  assert.match(trace[4]!, /^0 of 1 at 40: delayed$/);
  assert.match(trace[5]!, "RangeError");
  assert.is(cell.timerCount, 0);
});

spec("an abandoned request leaves nothing behind, answered or not", () => {
  const { cell, client, servers, trace, until } = setUp(1);
  client(function* (self) {
    const answered = sendRequest(self, servers[0]!, { type: "get" });
    const late = sendRequest(self, servers[0]!, { type: "delayed", after: 20 });
    yield* self.sleep(10);
    abandon(self, answered);
    abandon(self, late);
    trace.push(`${yield* self.receive(undefined, { within: 50 })}`);
  });
  until(100);
  assert.equal(trace, ["undefined"]);
  assert.is(cell.counts.late, 1);
});

spec("many are asked at once to one common limit; who failed is told apart from who answered", () => {
  const { cell, client, servers, pids, trace, until } = setUp(4);
  client(function* (self) {
    self.exit(pids[1]!, "kill");
    cell.sendAfter(0, pids[2]!, { type: "crash" });
    const all = [...servers, addressOf<BenchModule>("nobody")];
    const { replies, errors } = yield* callAll(self, all, { type: "delayed", after: 20 }, { within: 50 });
    for (const [server, word] of replies) trace.push(`${server} ${word}`);
    for (const [, error] of errors) trace.push(error.message);
    trace.push(`${self.nowUs() / 1000}`);
    const none = yield* callAll(self, servers.slice(3), { type: "never" }, { within: 30 });
    trace.push(`${none.replies.size} ${none.errors.size} at ${self.nowUs() / 1000}`);
  });
  until(200);
  assert.equal(trace, [
    "<bench.hand.1> delayed",
    "<bench.hand.4> delayed",
    'call "delayed" to "nobody": noproc',
    'call "delayed" to <bench.hand.2>: noproc',
    'call "delayed" to <bench.hand.3>: exited (Error: crashed)',
    "20",
    "0 1 at 50",
  ]);
});
