/** What those around a server may do wrong, and what the server may do wrong to them. */
import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { reply } from "../../../runtime/behaviour/exchange.ts";
import { serverBody, startServer } from "../../../runtime/behaviour/server.ts";
import { getState, status, stop } from "../../../runtime/behaviour/system-message.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import { spec } from "../../harness/spec.ts";
import { type BenchModule, benchModule } from "./bench-server.ts";
import { bench, outcome } from "./client.ts";

function setUp(capacity = 1000) {
  const hand = bench({ mailboxCapacity: capacity });
  const log: string[] = [];
  const pid = hand.cell.spawn(serverBody(benchModule(log)), ["trap"]);
  return { ...hand, log, pid, server: addressOf<BenchModule>(pid) };
}

spec("a flooder does not keep a server from its supervisor, nor from a system message's answer", () => {
  const { cell, client, pid, server, log, trace, until } = setUp(50);
  client(function* (self) {
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 500; n++) cast(self, server, { type: "add", n: 1 });
      yield* self.sleep(1);
    }
  });
  client(function* (self) {
    yield* self.sleep(5);
    trace.push(yield* outcome(status(self, pid, { within: 1000 })));
    self.exit(pid, "shutdown");
  });
  until(40);
  assert.match(trace[0]!, '"suspended":false');
  assert.match(log.at(-1)!, /^terminate shutdown/);
  assert.ok(cell.counts.overflow > 2000, "what does not fit is dropped at the flooder's expense and counted");
});

spec("calls that do not look like calls are strange messages: nobody is answered, nothing breaks", () => {
  const { client, pid, server, log, trace, until } = setUp();
  client(function* (self) {
    const request = { type: "get" };
    for (const [from, ref] of [
      [undefined, 1],
      ["<bench.hand.2>", 1],
      [{ board: "bench", cell: "hand", number: 1 }, 1],
      [self.pid, "1"],
      [self.pid, undefined],
    ]) {
      self.send(pid, { type: "call", from, ref, request });
    }
    self.send(pid, { type: "call", from: self.pid, ref: 999, request });
    self.send(pid, { type: "cast" });
    self.send(pid, { type: "cast", message: "words" });
    trace.push(`${yield* call(self, server, { type: "get" })}`);
    trace.push(`${yield* self.receive(undefined, { within: 5 })}`);
  });
  until(10);
  assert.equal(trace, ["0", "undefined"]);
  assert.is(log.filter((line) => line === "info call").length, 5);
});

spec("a caller that dies while it waits is answered in vain; the server goes on", () => {
  const { cell, client, server, trace, until } = setUp();
  const caller = cell.spawn(function* caller(self) {
    yield* call(self, server, { type: "held" });
  }, []);
  client(function* (self) {
    yield* self.sleep(1);
    self.kill(caller);
    cast(self, server, { type: "release", word: "to the dead" });
    trace.push(`${yield* call(self, server, { type: "get" })}`);
  });
  until(5);
  assert.equal(trace, ["0"]);
  assert.is(cell.counts.dead, 1);
});

spec("a server that never answers, answers twice, or answers a stranger harms no caller", () => {
  const { client, cell, trace, until } = setUp();
  const naughty = cell.spawn(function* naughty(self) {
    for (;;) {
      const { from, ref } = (yield* self.receive()) as unknown as { from: Pid; ref: number };
      for (const word of ["once", "twice", "thrice"]) reply(self, { from, ref }, word as never);
      for (let other = 0; other < 50; other++) reply(self, { from, ref: other }, "forged" as never);
      self.send(from, { type: "reply", ref, value: "by hand" });
    }
  }, []);
  client(function* (self) {
    const silent = self.spawn(function* silent(self) {
      for (;;) yield* self.receive();
    }, []);
    const first = yield* call(self, addressOf<BenchModule>(naughty), { type: "never" });
    const none = yield* outcome(
      call(self, addressOf<BenchModule>(silent), { type: "never" }, { within: 10 }),
    );
    const second = yield* call(self, addressOf<BenchModule>(naughty), { type: "never" });
    trace.push(first, none, second);
  });
  until(20);
  assert.equal(trace, ["once", "timeout", "once"]);
});

spec("a server that unlinks its parent is still ended by it", () => {
  const { cell, client, until } = bench();
  const log: string[] = [];
  const module: BenchModule = {
    ...benchModule(log),
    handleInfo(state, message, self) {
      if (message.type === "answer") self.unlink(message.to.from);
      return { state };
    },
  };
  client(function* (self) {
    const server = yield* startServer(self, module, "trap", { link: true });
    self.send(server, { type: "answer", to: { from: self.pid, ref: 0 }, word: "" });
    yield* self.sleep(1);
    yield* stop(self, server, "shutdown");
  });
  until(5);
  assert.is(log.at(-1), "terminate shutdown with 0");
  assert.is(cell.processCount, 0);
});

spec("a server that hangs in terminate is killed by whoever waits for its end", () => {
  const { cell, client, trace, until } = bench();
  const module: BenchModule = {
    ...benchModule([]),
    *terminate(_, __, self) {
      for (;;) yield* self.sleep(60_000);
    },
  };
  client(function* (self) {
    const server = yield* startServer(self, module, "trap");
    const ref = self.monitor(server);
    trace.push(yield* outcome(stop(self, server, "normal", { within: 100 })));
    self.kill(server);
    const down = yield* self.receive(ref);
    trace.push(down.type === "down" ? `${down.reason}` : "?");
  });
  until(200);
  assert.equal(trace, ["timeout", "killed"]);
  assert.is(cell.processCount, 0);
});

spec("a terminate that throws replaces the reason, and the last reply is sent all the same", () => {
  const { client, crashes, trace, until } = bench();
  const module: BenchModule = {
    ...benchModule([]),
    terminate() {
      throw new Error("cannot even end");
    },
  };
  client(function* (self) {
    const server = yield* startServer(self, module, "run");
    const ref = self.monitor(server);
    trace.push(yield* call(self, server, { type: "stop", reason: "normal" }));
    const down = yield* self.receive(ref);
    trace.push(
      down.type === "down" && typeof down.reason === "object" ? `${Object.values(down.reason)[0]}` : "?",
    );
  });
  until(0);
  assert.equal(trace, ["stopping", "Error: cannot even end"]);
  assert.is(crashes.length, 1);
});

spec("a killed server runs no terminate; one that does not trap exits neither", () => {
  for (const [kind, reason] of [
    ["trap", "kill"],
    ["run", "shutdown"],
  ] as const) {
    const { cell, until } = bench();
    const log: string[] = [];
    const pid = cell.spawn(serverBody(benchModule(log)), [kind]);
    until(1);
    cell.exit(undefined, pid, reason);
    until(2);
    assert.equal(log, [`init ${kind}`]);
    assert.is(cell.processCount, 0);
  }
});

spec("a handler that waits for its own cast waits in vain, and its caller only to its limit", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "slow", ms: 60_000 }, { within: 20 })));
  });
  until(30);
  assert.equal(trace, ["timeout"]);
});

spec(
  "a state that cannot be copied is refused to whoever asks for it, with the place; the server goes on",
  () => {
    const { client, trace, until } = bench();
    client(function* (self) {
      const module: BenchModule = {
        ...benchModule([]),
        init: () => ({ state: { sum: 0, waiting: [], hidden: () => 1 } as { sum: number; waiting: [] } }),
      };
      const server = yield* startServer(self, module, "run");
      trace.push(yield* outcome(getState(self, server)));
      trace.push(`${yield* call(self, server, { type: "get" })}`);
    });
    until(0);
    assert.match(trace[0]!, "message.value.state.hidden: a function cannot be sent");
    assert.is(trace[1], "0");
  },
);

spec("nothing is left of ten thousand calls: no watch, no timer, no message", () => {
  const { cell, client, server, pid, until } = setUp();
  client(function* (self) {
    for (let n = 0; n < 10_000; n++) yield* call(self, server, { type: "add", n: 1 });
    for (let n = 0; n < 100; n++)
      yield* outcome(call(self, server, { type: "delayed", after: 5 }, { within: 1 }));
    yield* self.sleep(20);
    for (const record of cell.processes()) {
      assert.is(record.watching?.size ?? 0, 0);
      assert.is(record.watchers?.size ?? 0, 0);
      assert.is(record.mailbox.length, 0);
    }
  });
  until(1000);
  assert.is(cell.timerCount, 0);
  assert.ok(pid);
});
