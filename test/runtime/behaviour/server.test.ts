import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { serverBody, startServer } from "../../../runtime/behaviour/server.ts";
import { status, stop } from "../../../runtime/behaviour/system-message.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { type BenchModule, benchModule, type InitKind } from "./bench-server.ts";
import { bench, outcome } from "./client.ts";

function setUp(kind: InitKind = "run") {
  const hand = bench();
  const log: string[] = [];
  const pid = hand.cell.spawn(serverBody(benchModule(log)), [kind]);
  return { ...hand, log, pid, server: addressOf<BenchModule>(pid) };
}

spec("a call gets its own reply, and the state goes on", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    trace.push(`${yield* call(self, server, { type: "add", n: 2 })}`);
    trace.push(`${yield* call(self, server, { type: "add", n: 3 })}`);
    trace.push(`${yield* call(self, server, { type: "get" })}`);
  });
  until(0);
  assert.equal(trace, ["2", "5", "5"]);
});

spec("a cast changes the state, in order with the calls of the same sender", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    for (let n = 1; n <= 100; n++) cast(self, server, { type: "add", n });
    trace.push(`${yield* call(self, server, { type: "get" })}`);
  });
  until(0);
  assert.equal(trace, ["5050"]);
});

spec("what is neither call nor cast goes to handleInfo, whatever it is", () => {
  const { client, pid, server, log, until } = setUp();
  client(function* (self) {
    for (const message of [{ type: "note" }, "words", 7, null, undefined, [], { no: "tag" }]) {
      self.send(pid, message);
    }
    yield* call(self, server, { type: "get" });
  });
  until(0);
  assert.equal(log.slice(1), [
    "info note",
    "info words",
    "info 7",
    "info undefined",
    "info undefined",
    "info undefined",
    "info undefined",
  ]);
});

spec("without handleInfo strange messages are dropped and counted", () => {
  const { cell, client, trace, until } = bench();
  const { handleInfo: _, ...rest } = benchModule([]);
  const pid = cell.spawn(serverBody(rest as BenchModule), ["run"]);
  client(function* (self) {
    self.send(pid, { type: "note" });
    self.send(pid, undefined);
    const { counts } = yield* status(self, pid);
    trace.push(JSON.stringify(counts));
  });
  until(0);
  assert.equal(trace, ['{"expired":0,"unknown":0,"stray":2,"dropped":0}']);
});

spec("a handler may answer later, in any order, by the token of the caller", () => {
  const { client, server, trace, until } = setUp();
  for (const name of ["a", "b"]) {
    client(function* (self) {
      trace.push(`${name} ${yield* call(self, server, { type: "held" })}`);
    });
  }
  client(function* (self) {
    trace.push(yield* call(self, server, { type: "delayed", after: 20 }));
  });
  until(10);
  assert.equal(trace, []);
  until(30);
  client(function* (self) {
    cast(self, server, { type: "release", word: "now" });
    yield* self.sleep(0);
  });
  until(40);
  assert.equal(trace, ["delayed", "a now", "b now"]);
});

spec("a call ends at its limit; the late reply is never taken for another and leaves nothing behind", () => {
  const { cell, client, server, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "delayed", after: 30 }, { within: 10 })));
    trace.push(yield* outcome(call(self, server, { type: "delayed", after: 40 }, { within: 100 })));
    trace.push(`${yield* self.receive(undefined, { within: 100 })}`);
  });
  until(200);
  assert.equal(trace, ["timeout", "delayed", "undefined"]);
  assert.is(cell.counts.late, 1);
  assert.is(cell.timerCount, 0);
});

spec("a call waits 5 s unless it says otherwise", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "never" })));
    trace.push(`${self.nowUs() / 1000}`);
  });
  until(4999);
  assert.equal(trace, []);
  until(5001);
  assert.equal(trace, ["timeout", "5000"]);
});

spec("a call without limit waits for ever", () => {
  const { cell, client, server, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "never" }, { within: Number.POSITIVE_INFINITY })));
  });
  until(1_000_000);
  assert.equal(trace, []);
  assert.is(cell.timerCount, 0);
});

spec("a limit that is no time is refused before anything is sent", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "add", n: 1 }, { within: -1 })));
    trace.push(yield* outcome(call(self, server, { type: "add", n: 1 }, { within: Number.NaN })));
    trace.push(`${yield* call(self, server, { type: "get" })}`);
  });
  until(10);
  assert.match(trace[0]!, "RangeError");
  assert.match(trace[1]!, "RangeError");
  assert.is(trace[2], "0");
});

spec("of two replies to one call the first counts", () => {
  const { cell, client, server, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* call(self, server, { type: "twice" }));
    trace.push(`${yield* self.receive(undefined, { within: 10 })}`);
  });
  until(20);
  assert.equal(trace, ["first", "undefined"]);
  assert.is(cell.counts.late, 1);
});

spec("a call to the dead, or to a name nobody has, fails at once with noproc", () => {
  const { cell, client, clock, server, pid, trace, until } = setUp();
  until(1);
  cell.exit(undefined, pid, "kill");
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "get" })));
    trace.push(yield* outcome(call(self, addressOf<BenchModule>("nobody"), { type: "get" })));
    trace.push(`${clock.now()}`);
  });
  until(1);
  assert.equal(trace, ["noproc: noproc", "noproc", "1000"]);
});

spec("a server is called by its name", () => {
  const { client, trace, until } = bench();
  client(function* (self) {
    yield* startServer(self, benchModule([]), "run", { name: "adder" });
    const adder = addressOf<BenchModule>("adder");
    cast(self, adder, { type: "add", n: 4 });
    trace.push(`${yield* call(self, adder, { type: "add", n: 3 })}`);
  });
  until(0);
  assert.equal(trace, ["7"]);
});

spec("a cast to the dead and to a name nobody has has no effect", () => {
  const { cell, client, server, pid, until } = setUp();
  cell.exit(undefined, pid, "kill");
  client(function* (self) {
    cast(self, server, { type: "add", n: 1 });
    cast(self, addressOf<BenchModule>("nobody"), { type: "add", n: 1 });
  });
  until(0);
  assert.is(cell.counts.dead, 2);
});

spec("a process that calls itself is told so at once, by pid and by name", () => {
  const { client, crashes, trace, until } = setUp();
  client(function* (self) {
    self.register("me");
    const me = addressOf<BenchModule>(self.pid);
    trace.push(yield* outcome(call(self, me, { type: "get" })));
    trace.push(yield* outcome(call(self, addressOf<BenchModule>("me"), { type: "get" })));
  });
  until(0);
  assert.match(trace[0]!, "TypeError: calling_self");
  assert.match(trace[1]!, "TypeError: calling_self");
  assert.is(crashes.length, 0);
});

spec("a server that calls itself crashes, and its caller hears why", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "askYourself" })));
  });
  until(0);
  assert.match(trace[0]!, "exited: TypeError: calling_self");
});

spec("a handler may wait for another server; meanwhile the next request waits", () => {
  const { cell, client, server, trace, until } = setUp();
  const other = cell.spawn(serverBody(benchModule([])), ["wait"]);
  client(function* (self) {
    trace.push(`relayed ${yield* call(self, server, { type: "relay", to: other, n: 9 })} at ${self.nowUs()}`);
  });
  client(function* (self) {
    trace.push(`next ${yield* call(self, server, { type: "get" })} at ${self.nowUs()}`);
  });
  until(200);
  assert.equal(trace, ["relayed 9 at 100000", "next 0 at 100000"]);
});

spec("a request that is past its deadline is dropped before work, counted, and its caller told", () => {
  const { client, server, log, trace, until } = setUp();
  const served: string[] = [];
  client(function* (self) {
    served.push(yield* outcome(call(self, server, { type: "slow", ms: 100 })));
  });
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "slow", ms: 50 }, { within: 20 })));
    trace.push(`gave up at ${self.nowUs() / 1000}`);
    self.work(self.nowUs() + 30_000);
    trace.push(`${yield* outcome(call(self, server, { type: "slow", ms: 60 }))} at ${self.nowUs() / 1000}`);
    const { counts } = yield* status(self, server);
    trace.push(`expired ${counts.expired}`);
  });
  until(1000);
  assert.equal(trace, ["timeout", "gave up at 20", "timeout at 100", "expired 2"]);
  assert.equal(served, ["slept"]);
  assert.equal(log, ["init run", "slept 100"]);
});

spec("work that is late already is served all the same", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    self.work(self.nowUs() + 10_000);
    yield* self.sleep(50);
    trace.push(`${yield* call(self, server, { type: "add", n: 1 })}`);
  });
  until(100);
  assert.equal(trace, ["1"]);
});

spec("a call lends the server its deadline, which lends it on", () => {
  const { cell, trace, client, until } = bench();
  const seen = function* (self: Self<unknown>) {
    yield* self.receive();
    trace.push(`${self.deadlineUs}`);
  };
  const watcher = addressOf<BenchModule>(cell.spawn(seen, []));
  const loose = addressOf<BenchModule>(cell.spawn(seen, []));
  client(function* (self) {
    self.work(40_000);
    yield* outcome(call(self, watcher, { type: "get" }, { within: 1000 }));
    yield* outcome(call(self, loose, { type: "get" }, { within: 10 }));
  });
  until(100);
  assert.equal(trace, ["40000", "10000"]);
});

spec("a call leaves the caller the deadline of its own work", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    yield* call(self, server, { type: "get" }, { within: 10 });
    trace.push(`${self.deadlineUs}`);
    self.work(500_000);
    yield* call(self, server, { type: "get" }, { within: 10 });
    yield* call(self, server, { type: "delayed", after: 5 });
    yield* outcome(call(self, server, { type: "never" }, { within: 10 }));
    yield* outcome(call(self, server, { type: "nonsense" } as unknown as { type: "get" }));
    trace.push(`${self.deadlineUs}`);
  });
  until(100);
  assert.equal(trace, ["Infinity", "500000"]);
});

spec("many calls in a row have each their own time, however long they take together", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    for (let n = 0; n < 100; n++) yield* call(self, server, { type: "slow", ms: 3 }, { within: 10 });
    trace.push(`${self.nowUs() / 1000}`);
  });
  until(1000);
  assert.equal(trace, ["300"]);
});

spec("an idle limit calls handleIdle once, and any message ends it", () => {
  const { client, server, log, until } = setUp();
  client(function* (self) {
    yield* call(self, server, { type: "idleAfter", ms: 50 });
    yield* self.sleep(200);
    yield* call(self, server, { type: "idleAfter", ms: 50 });
    yield* self.sleep(30);
    yield* call(self, server, { type: "get" });
    yield* self.sleep(200);
    cast(self, server, { type: "idleAfter", ms: 50 });
    yield* self.sleep(30);
    self.send(server, undefined);
  });
  until(1000);
  assert.equal(log, ["init run", "idle at 50", "info undefined"]);
});

spec("an idle limit of 0 is reached when no message waits", () => {
  const { client, server, log, until } = setUp();
  client(function* (self) {
    cast(self, server, { type: "idleAfter", ms: 0 });
    self.send(server, { type: "note" });
    cast(self, server, { type: "idleAfter", ms: 0 });
    yield* self.sleep(5);
  });
  until(10);
  assert.equal(log, ["init run", "info note", "idle at 0"]);
});

spec("init may set an idle limit and may go on with handleContinue", () => {
  const idle = setUp("idle");
  idle.until(100);
  assert.equal(idle.log, ["init idle", "idle at 50"]);
  const { client, server, log, until } = setUp("continue");
  client(function* (self) {
    self.send(server, { type: "note" });
    yield* self.sleep(0);
  });
  until(10);
  assert.equal(log, ["init continue", "continue from init", "info note"]);
});

spec("handleContinue runs after the reply and before the next message", () => {
  const { client, server, log, trace, until } = setUp();
  client(function* (self) {
    self.send(server, { type: "note" });
    trace.push(yield* call(self, server, { type: "continueWith", what: "after call" }));
    cast(self, server, { type: "continueWith", what: "after cast" });
    self.send(server, { type: "note" });
    cast(self, server, { type: "continueWith", what: "stop" });
    yield* self.sleep(5);
  });
  until(10);
  assert.equal(trace, ["ok"]);
  assert.equal(log.slice(1), [
    "info note",
    "continue after call",
    "continue after cast",
    "info note",
    "continue stop",
    "terminate shutdown with 0",
  ]);
});

spec("a stop with a reply: terminate has run and the server is gone when the caller hears", () => {
  const { cell, client, server, log, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* call(self, server, { type: "stop", reason: "shutdown" }));
    trace.push(log.join(", "));
    trace.push(yield* outcome(call(self, server, { type: "get" })));
  });
  until(0);
  assert.equal(trace, ["stopping", "init run, terminate shutdown with 0", "noproc: noproc"]);
  assert.is(cell.processCount, 0);
});

for (const [reason, reports] of [
  ["normal", 0],
  ["shutdown", 0],
  [{ shutdown: "update" }, 0],
  [{ error: "Error: worn out", stack: "" }, 0],
] as const) {
  const word = typeof reason === "string" ? reason : Object.values(reason)[0];
  spec(
    `a stop for "${word}" is what the caller and the monitors see; nothing crashed, nothing is reported`,
    () => {
      for (const kind of ["run", "trap"] as const) {
        const { client, crashes, server, pid, trace, log, until } = setUp(kind);
        client(function* (self) {
          const ref = self.monitor(pid);
          trace.push(yield* outcome(call(self, server, { type: "stop", reason, silent: true })));
          const down = yield* self.receive(ref);
          assert.is(down.type === "down" && JSON.stringify(down.reason), JSON.stringify(reason));
        });
        until(0);
        const shown = typeof reason === "object" && "shutdown" in reason ? `shutdown: ${word}` : word;
        assert.equal(trace, [`exited: ${shown}`]);
        assert.is(crashes.length, reports);
        assert.is(log.at(-1), `terminate ${word} with 0`);
      }
    },
  );
}

spec("handleInfo may set an idle limit, and may stop the server", () => {
  const { cell, client, pid, log, until } = setUp();
  client(function* (self) {
    self.send(pid, { type: "idle" });
    yield* self.sleep(20);
    self.send(pid, { type: "stop" });
  });
  until(50);
  assert.equal(log.slice(1), ["idle at 10", "terminate shutdown with 0"]);
  assert.is(cell.processCount, 0);
});

spec("a system message leaves an idle limit alone", () => {
  const { client, server, pid, log, until } = setUp();
  client(function* (self) {
    yield* call(self, server, { type: "idleAfter", ms: 50 });
    yield* self.sleep(30);
    yield* status(self, pid);
  });
  until(100);
  assert.is(log.at(-1), "idle at 50");
});

spec(
  "a server that sets an idle limit or continues without a handler for it crashes with an explanation",
  () => {
    for (const [type, why] of [
      ["idleAfter", "bench has an idle limit and no handleIdle"],
      ["continueWith", "bench has no handleContinue"],
    ] as const) {
      const { cell, client, crashes, until } = bench();
      const { handleIdle: _, handleContinue: __, ...rest } = benchModule([]);
      const pid = cell.spawn(serverBody(rest as BenchModule), ["run"]);
      client(function* (self) {
        cast(self, addressOf<BenchModule>(pid), type === "idleAfter" ? { type, ms: 1 } : { type, what: "" });
        yield* self.sleep(5);
      });
      until(10);
      assert.match((crashes[0]!.reason as { error: string }).error, why);
    }
  },
);

spec("a server without terminate ends all the same, for whatever reason", () => {
  for (const reason of ["normal", "shutdown", { error: "worn out", stack: "" }] as const) {
    const { cell, client, trace, until } = bench();
    const { terminate: _, ...rest } = benchModule([]);
    const pid = cell.spawn(serverBody(rest as BenchModule), ["trap"]);
    client(function* (self) {
      const ref = self.monitor(pid);
      yield* stop(self, pid, reason);
      const down = yield* self.receive(ref);
      trace.push(down.type === "down" ? JSON.stringify(down.reason) : "?");
    });
    until(10);
    assert.equal(trace, [JSON.stringify(reason)]);
  }
});

spec("a cast may stop the server", () => {
  const { cell, client, server, log, until } = setUp();
  client(function* (self) {
    cast(self, server, { type: "stop", reason: "normal" });
    yield* self.sleep(0);
  });
  until(0);
  assert.is(log.at(-1), "terminate normal with 0");
  assert.is(cell.processCount, 0);
});

const crashing: readonly [string, (self: Self<unknown>, server: Pid) => void][] = [
  [
    "handleCall",
    (self, to) => self.send(to, { type: "call", from: self.pid, ref: 1, request: { type: "crash" } }),
  ],
  ["handleCast", (self, to) => self.send(to, { type: "cast", message: { type: "crash" } })],
  ["handleInfo", (self, to) => self.send(to, { type: "crash" })],
  [
    "handleContinue",
    (self, to) => self.send(to, { type: "cast", message: { type: "continueWith", what: "crash" } }),
  ],
];

for (const [where, provoke] of crashing) {
  spec(`a crash in ${where} ends the server after terminate, with a report`, () => {
    const { client, crashes, pid, log, trace, until } = setUp("trap");
    client(function* (self) {
      const ref = self.monitor(pid);
      provoke(self, pid);
      const down = yield* self.receive(ref);
      trace.push(
        down.type === "down" && typeof down.reason === "object" ? Object.values(down.reason)[0] : "?",
      );
    });
    until(0);
    assert.equal(trace, ["Error: crashed"]);
    assert.is(log.at(-1), "terminate Error: crashed with 0");
    assert.is(crashes.length, 1);
    assert.is(crashes[0]!.label, "bench");
    assert.match((crashes[0]!.reason as { stack: string }).stack, "bench-server");
  });
}

spec("callers that wait when the server dies are all told why", () => {
  const { cell, client, server, pid, trace, until } = setUp();
  for (const type of ["held", "never", "crash"] as const) {
    client(function* (self) {
      trace.push(yield* outcome(call(self, server, { type })));
    });
  }
  until(0);
  assert.equal(trace, Array(3).fill("exited: Error: crashed"));
  assert.is(cell.timerCount, 0);
  assert.ok(pid);
});

spec("a handler that gives back nonsense ends the server with an explanation", () => {
  for (const [type, why] of [
    ["bad", 'bench\'s handler of "bad" gave back 4711; allowed is { reply, state }, { noReply, state }'],
    ["promise", "a promise, which can never complete here (a handler waits with yield*)"],
    ["uncopyable", "message.value: a function cannot be sent"],
  ] as const) {
    const { client, server, trace, until } = setUp();
    client(function* (self) {
      trace.push(yield* outcome(call(self, server, { type } as { type: "bad" })));
    });
    until(0);
    assert.match(trace[0]!, why);
  }
});

spec("a request that cannot be copied fails at the caller and leaves nothing behind", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    const request = { type: "add", n: (() => 1) as unknown as number } as const;
    trace.push(yield* outcome(call(self, server, request)));
    trace.push(`${yield* call(self, server, { type: "get" })}`);
    trace.push(`${yield* self.receive(undefined, { within: 10 })}`);
  });
  until(20);
  assert.match(trace[0]!, "UncopyableError: message.request.n");
  assert.equal(trace.slice(1), ["0", "undefined"]);
});

spec("a request or cast with a tag nobody declared is the sender's fault: the server lives", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    for (const type of ["foo", "constructor", "__proto__", "toString"]) {
      const request = { type } as unknown as { type: "get" };
      trace.push(yield* outcome(call(self, server, request)));
      cast(self, server, { type } as unknown as { type: "crash" });
    }
    const { counts } = yield* status(self, server);
    trace.push(`unknown ${counts.unknown}`);
  });
  until(0);
  assert.match(trace[0]!, /TypeError: <bench.hand.1> refuses "foo": bench knows no such call/);
  assert.is(trace.filter((line) => line.includes("refuses")).length, 4);
  assert.is(trace.at(-1), "unknown 8");
});

spec("a call is found behind a mailbox full of other messages", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    for (let n = 0; n < 900; n++) self.send(self.pid, { type: "reply", ref: n, value: "forged" });
    trace.push(`${yield* call(self, server, { type: "add", n: 1 })}`);
    trace.push(yield* outcome(call(self, server, { type: "never" }, { within: 10 })));
  });
  until(20);
  assert.equal(trace, ["1", "timeout"]);
});

spec("a caller whose mailbox is full gets its replies", () => {
  const { client, server, trace, until } = setUp();
  client(function* (self) {
    for (let n = 0; n < 1500; n++) self.send(self.pid, n);
    trace.push(`${yield* call(self, server, { type: "add", n: 1 })}`);
  });
  until(0);
  assert.equal(trace, ["1"]);
});

spec("calls that crossed in one server are each answered with their own value", () => {
  const { client, server, trace, until } = setUp();
  for (let n = 0; n < 50; n++) {
    client(function* (self) {
      const word: string = yield* call(
        self,
        server,
        { type: "delayed", after: (n * 7) % 13 },
        { within: 10 },
      );
      trace.push(word);
    });
  }
  until(9);
  const early = Array.from({ length: 50 }, (_, n) => (n * 7) % 13).filter((after) => after <= 9).length;
  assert.is(trace.length, early);
});
