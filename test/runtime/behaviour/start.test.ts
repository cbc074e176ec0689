import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call } from "../../../runtime/behaviour/call.ts";
import { serverBody, startServer } from "../../../runtime/behaviour/server.ts";
import { awaitStart, type Birth } from "../../../runtime/behaviour/start.ts";
import type { StartError } from "../../../runtime/behaviour/start-error.ts";
import type { ExitMessage } from "../../../runtime/process/signal.ts";
import { spec } from "../../harness/spec.ts";
import { type BenchModule, benchModule, type InitKind } from "./bench-server.ts";
import { bench, outcome } from "./client.ts";

/** How a start ends that whoever starts it waits for, and what is left then. */
function started(kind: InitKind, options: { link?: boolean; within?: number } = {}) {
  const hand = bench();
  const log: string[] = [];
  hand.client(function* (self) {
    self.trapExit();
    hand.trace.push(
      `${yield* outcome(startServer(self, benchModule(log), kind, options))} at ${self.nowUs() / 1000}`,
    );
    const exit = yield* self.receive(undefined, { within: 10_000 });
    if (exit !== undefined) hand.trace.push(JSON.stringify(exit));
  });
  hand.until(20_000);
  return { ...hand, log };
}

spec("a start waits for init, however long it takes within the limit", () => {
  const { trace, log } = started("wait");
  assert.equal(trace, ['"<bench.hand.2>" at 100']);
  assert.equal(log, ["init wait"]);
});

spec("what was sent to a server before its init ended is handled after it, in order", () => {
  const { cell, client, until } = bench();
  const log: string[] = [];
  const pid = cell.spawn(serverBody(benchModule(log)), ["wait"]);
  client(function* (self) {
    self.send(pid, { type: "note" });
    log.push(`sum ${yield* call(self, addressOf<BenchModule>(pid), { type: "add", n: 2 })}`);
  });
  until(200);
  assert.equal(log, ["init wait", "info note", "sum 2"]);
});

for (const link of [false, true]) {
  const how = link ? "linked" : "unlinked";
  const cases: readonly [string, InitKind, string, number][] = [
    ["an init that throws is a failed start", "crash", "failed: Error: no start at 0", 1],
    [
      "an init that throws after it waited is a failed start",
      "crashAfterWait",
      "failed: Error: no start at 10",
      1,
    ],
    ["an init that stops is a failed start", "stop", "failed: not today at 0", 0],
    [
      "an init that stops for shutdown is a failed start without a crash report",
      "shutdown",
      "failed: shutdown: not today at 0",
      0,
    ],
    ["an init that ignores is told apart", "ignore", "ignored at 0", 0],
    ["an init that gives back nonsense is a failed start", "bad", "failed: TypeError: ", 1],
    ["an init that never ends is killed at the limit", "hang", "timeout at 200", 0],
  ];
  for (const [sentence, kind, wanted, reports] of cases) {
    spec(`${sentence} (${how}); whoever started it lives, and nothing is left`, () => {
      const { trace, crashes, cell } = started(kind, { link, within: 200 });
      assert.is(trace.length, 1, `no signal followed: ${trace}`);
      assert.ok(trace[0]!.startsWith(wanted), trace[0]);
      assert.is(crashes.length, reports);
      assert.is(cell.processCount, 0);
      assert.is(cell.timerCount, 0);
    });
  }
}

spec("a start waits 5 s unless it says otherwise", () => {
  assert.equal(started("hang").trace, ["timeout at 5000"]);
});

spec("a process that is killed during init is a failed start", () => {
  const { cell, client, trace, until } = bench();
  client(function* (self) {
    trace.push(yield* outcome(startServer(self, benchModule([]), "hang", { name: "slow" })));
  });
  client(function* (self) {
    yield* self.sleep(5);
    self.kill(self.whereis("slow")!);
  });
  until(10);
  assert.equal(trace, ["failed: killed"]);
  assert.is(cell.processCount, 0);
});

spec("a name is bound before init, taken only once, and free after the end", () => {
  const { client, trace, until } = bench();
  client(function* (self) {
    const first = yield* startServer(self, benchModule([]), "run", { name: "one" });
    let error: StartError | undefined;
    try {
      yield* startServer(self, benchModule([]), "run", { name: "one", link: true });
    } catch (thrown) {
      error = thrown as StartError;
    }
    trace.push(`${error?.code} ${error?.holder === first} ${error?.message}`);
    yield* call(self, first, { type: "stop", reason: "normal" });
    yield* startServer(self, benchModule([]), "run", { name: "one" });
    trace.push(`${self.whereis("one") !== first}`);
  });
  until(0);
  assert.equal(trace, ["alreadyStarted true start of bench: alreadyStarted as <bench.hand.2>", "true"]);
});

spec("the name of a start that failed, was ignored, or took too long is free when that is known", () => {
  const { client, trace, until } = bench();
  client(function* (self) {
    for (const kind of ["crash", "stop", "shutdown", "ignore", "hang"] as const) {
      for (const link of [false, true]) {
        trace.push(
          yield* outcome(startServer(self, benchModule([]), kind, { name: "one", link, within: 10 })),
        );
        const server = yield* startServer(self, benchModule([]), "run", { name: "one" });
        yield* call(self, server, { type: "stop", reason: "normal" });
      }
    }
  });
  until(100);
  assert.is(trace.length, 10);
});

spec("two that start under one name at once: one wins, the other is told who", () => {
  const { client, trace, until } = bench();
  for (const name of ["a", "b"]) {
    client(function* (self) {
      trace.push(`${name} ${yield* outcome(startServer(self, benchModule([]), "wait", { name: "one" }))}`);
    });
  }
  until(200);
  assert.equal(trace, ["b alreadyStarted", 'a "<bench.hand.2>"']);
});

spec("a linked server dies with whoever started it, also during init, and the other way round", () => {
  for (const kind of ["run", "hang"] as const) {
    const { cell, client, until } = bench();
    client(function* (self) {
      yield* startServer(self, benchModule([]), kind, { link: true });
      self.exit(self.pid, { error: "gone", stack: "" });
      yield* self.sleep(1);
    });
    client(function* (self) {
      yield* self.sleep(5);
      for (const pid of [...cell.processes()].map(({ pid }) => pid))
        if (pid !== self.pid) self.exit(pid, "late");
    });
    until(10);
    assert.is(cell.processCount, 0, kind);
  }
});

spec("the exit of a linked server is seen by its parent", () => {
  const { client, trace, until } = bench();
  client(function* (self) {
    self.trapExit();
    const server = yield* startServer(self, benchModule([]), "run", { link: true });
    yield* call(self, server, { type: "stop", reason: "shutdown" });
    const { reason, from } = (yield* self.receive("exit")) as ExitMessage;
    trace.push(`${reason} ${from === server}`);
  });
  until(0);
  assert.equal(trace, ["shutdown true"]);
});

spec("a server that traps exits ends in an orderly way with its parent; other exits are messages", () => {
  const { cell, client, until } = bench();
  const log: string[] = [];
  client(function* (self) {
    const server = yield* startServer(self, benchModule(log), "trap", { link: true });
    self.spawnLink(function* stranger(self) {
      self.link(server);
      self.exit(self.pid, "late");
      yield* self.sleep(1);
    }, []);
    self.trapExit();
    yield* self.receive("exit");
    log.push(`alive ${yield* call(self, server, { type: "get" })}`);
    self.trapExit(false);
    self.exit(self.pid, "shutdown");
  });
  until(10);
  assert.equal(log, ["init trap", "info exit", "alive 0", "terminate shutdown with 0"]);
  assert.is(cell.processCount, 0);
});

spec("a server whose parent is not known is stopped by shutdown from whomever, as by a supervisor", () => {
  const { cell, until } = bench();
  const log: string[] = [];
  const pid = cell.spawn(serverBody(benchModule(log)), ["trap"]);
  until(0);
  cell.exit(undefined, pid, "late");
  until(1);
  cell.exit(undefined, pid, "shutdown");
  until(2);
  assert.equal(log, ["init trap", "info exit", "terminate shutdown with 0"]);
  assert.is(cell.processCount, 0);
});

spec("a start may be waited for by others than the one who spawned it", () => {
  const { cell, client, trace, until } = bench();
  client(function* (self) {
    const birth: Birth = { parent: self.pid, awaited: true };
    const pid = cell.spawn(serverBody(benchModule([])), ["wait", birth]);
    yield* self.sleep(20);
    yield* awaitStart(self, pid, "late waiter");
    trace.push(`ready at ${self.nowUs() / 1000}`);
  });
  until(200);
  assert.equal(trace, ["ready at 120"]);
});

spec("a supervisor's pid for a birth: it is told when the child is ready, or not wanted, and ends it", () => {
  const { cell, client, trace, until } = bench();
  const log: string[] = [];
  client(function* (self) {
    self.trapExit();
    for (const kind of ["trap", "ignore", "crash"] as const) {
      const pid = cell.spawn(serverBody(benchModule(log)), [kind, self.pid]);
      const ref = self.monitor(pid);
      const word = (yield* self.receive()) as { type: string; outcome?: string; pid?: unknown };
      trace.push(`${word.type} ${word.outcome} ${word.pid === pid}`);
      self.exit(pid, "late");
      yield* self.receive(ref, { within: 10 });
    }
  });
  until(100);
  assert.equal(trace, ["childStarted ready true", "childStarted ignore true", "down undefined true"]);
  assert.equal(log, ["init trap", "terminate late with 0", "init ignore", "init crash"]);
});
