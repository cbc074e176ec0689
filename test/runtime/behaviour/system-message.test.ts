import * as assert from "uvu/assert";
import { addressOf } from "../../../runtime/behaviour/address.ts";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { serverBody } from "../../../runtime/behaviour/server.ts";
import {
  type CodeSlot,
  changeCode,
  getState,
  replaceState,
  resume,
  type Snapshot,
  status,
  stop,
  suspend,
} from "../../../runtime/behaviour/system-message.ts";
import { spec } from "../../harness/spec.ts";
import { type BenchModule, type BenchState, benchModule, type InitKind } from "./bench-server.ts";
import { bench, outcome } from "./client.ts";

function setUp(kind: InitKind = "run") {
  const hand = bench();
  const log: string[] = [];
  const slot: CodeSlot<BenchModule> = { current: benchModule(log) };
  const pid = hand.cell.spawn(serverBody(slot), [kind]);
  return { ...hand, log, slot, pid, server: addressOf<BenchModule>(pid) };
}

spec("the state is given out with its version, as a copy", () => {
  const { client, server, pid, trace, until } = setUp();
  client(function* (self) {
    yield* call(self, server, { type: "add", n: 2 });
    const { version, state } = yield* getState(self, pid);
    (state as BenchState).sum = 99;
    trace.push(`${version} ${JSON.stringify(state)}`);
    trace.push(`${yield* call(self, server, { type: "get" })}`);
  });
  until(0);
  assert.equal(trace, ['1 {"sum":99,"waiting":[]}', "2"]);
});

spec("the state is replaced", () => {
  const { client, server, pid, trace, until } = setUp();
  client(function* (self) {
    yield* replaceState(self, pid, { sum: 40, waiting: [] });
    trace.push(`${yield* call(self, server, { type: "add", n: 2 })}`);
  });
  until(0);
  assert.equal(trace, ["42"]);
});

spec("a suspended server answers system messages only; the others wait in order until it is resumed", () => {
  const { client, server, pid, trace, until } = setUp();
  client(function* (self) {
    yield* suspend(self, pid);
    cast(self, server, { type: "add", n: 1 });
    trace.push(yield* outcome(call(self, server, { type: "add", n: 1 }, { within: 50 })));
    trace.push(JSON.stringify((yield* getState(self, pid)).state));
    trace.push(`${(yield* status(self, pid)).suspended}`);
    yield* replaceState(self, pid, { sum: 10, waiting: [] });
    yield* suspend(self, pid);
    yield* resume(self, pid);
    trace.push(`${(yield* status(self, pid)).suspended}`);
    trace.push(`${yield* call(self, server, { type: "get" })}`);
  });
  until(100);
  assert.equal(trace, ["timeout", '{"sum":0,"waiting":[]}', "true", "false", "11"]);
});

spec("resume of what is not suspended changes nothing", () => {
  const { client, server, pid, trace, until } = setUp();
  client(function* (self) {
    yield* resume(self, pid);
    trace.push(`${yield* call(self, server, { type: "get" })}`);
  });
  until(0);
  assert.equal(trace, ["0"]);
});

spec("the code of a suspended server is changed through codeChange; its callers notice nothing", () => {
  const { client, slot, server, pid, trace, log, until } = setUp();
  client(function* (self) {
    trace.push(`${yield* call(self, server, { type: "add", n: 3 })}`);
    trace.push(yield* call(self, server, { type: "held" }));
  });
  client(function* (self) {
    const old = slot.current;
    slot.current = {
      ...old,
      name: "second",
      version: 2,
      handleCall: { ...old.handleCall, get: (state) => ({ reply: -state.sum, state }) },
      codeChange(oldVersion, state) {
        log.push(`from ${oldVersion}`);
        return { ...(state as BenchState), sum: (state as BenchState).sum * 100 };
      },
    };
    yield* suspend(self, pid);
    trace.push(`${yield* changeCode(self, pid)}`);
    yield* resume(self, pid);
    trace.push(`${yield* call(self, server, { type: "get" })}`);
    const { name, version } = yield* status(self, pid);
    trace.push(`${name} ${version}`);
    cast(self, server, { type: "release", word: "across versions" });
    yield* self.sleep(0);
  });
  until(0);
  assert.equal(trace, ["3", "undefined", "-300", "second 2", "across versions"]);
  assert.equal(log.slice(1), ["from 1"]);
});

spec("without codeChange the new code takes the state as it is", () => {
  const { client, slot, server, pid, trace, until } = setUp();
  client(function* (self) {
    yield* call(self, server, { type: "add", n: 3 });
    slot.current = { ...slot.current, version: 2 };
    yield* suspend(self, pid);
    yield* changeCode(self, pid);
    yield* resume(self, pid);
    trace.push(`${yield* call(self, server, { type: "get" })} ${(yield* status(self, pid)).version}`);
  });
  until(0);
  assert.equal(trace, ["3 2"]);
});

spec("a codeChange that throws leaves the old code and the old state", () => {
  const { client, slot, server, pid, trace, crashes, until } = setUp();
  client(function* (self) {
    yield* call(self, server, { type: "add", n: 3 });
    slot.current = {
      ...slot.current,
      version: 2,
      codeChange() {
        throw new Error("cannot read that");
      },
    };
    yield* suspend(self, pid);
    const why = yield* changeCode(self, pid);
    trace.push(`${typeof why === "object" && "error" in why ? why.error : why}`);
    yield* resume(self, pid);
    trace.push(`${yield* call(self, server, { type: "get" })} ${(yield* status(self, pid)).version}`);
  });
  until(0);
  assert.equal(trace, ["Error: cannot read that", "3 1"]);
  assert.is(crashes.length, 0);
});

spec("code is changed only while the server is suspended", () => {
  const { client, pid, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(changeCode(self, pid)));
    trace.push(`${(yield* status(self, pid)).suspended}`);
  });
  until(0);
  assert.match(trace[0]!, "code is changed while it is suspended");
  assert.is(trace[1], "false");
});

spec("a new process goes on from the snapshot of another, deferred replies and idle limit included", () => {
  const { cell, client, server, pid, trace, log, until } = setUp();
  client(function* (self) {
    trace.push(yield* call(self, server, { type: "held" }));
  });
  client(function* (self) {
    yield* call(self, server, { type: "add", n: 7 });
    yield* call(self, server, { type: "idleAfter", ms: 50 });
    yield* self.sleep(20);
    yield* suspend(self, pid);
    const snapshot: Snapshot = yield* getState(self, pid);
    trace.push(`idle in ${snapshot.idleMs}`);
    const next = { ...benchModule(log), version: 2 };
    const second = cell.spawn(serverBody(next), ["run", { snapshot }]);
    yield* self.sleep(100);
    cast(self, addressOf<BenchModule>(second), { type: "release", word: "from the second" });
    trace.push(`${yield* call(self, addressOf<BenchModule>(second), { type: "get" })}`);
  });
  until(500);
  assert.equal([...trace].sort(), ["7", "from the second", "idle in 30"]);
  assert.equal(log, ["init run", "idle at 50"]);
});

spec("stop ends a server by pid and by name, with the reason that was asked for, after terminate", () => {
  for (const reason of [
    "normal",
    "shutdown",
    { shutdown: "update" },
    { error: "worn out", stack: "" },
  ] as const) {
    const { cell, client, pid, trace, log, crashes, until } = setUp("trap");
    client(function* (self) {
      const ref = self.monitor(pid);
      yield* stop(self, pid, reason);
      const down = yield* self.receive(ref);
      trace.push(down.type === "down" ? JSON.stringify(down.reason) : "?");
      trace.push(yield* outcome(stop(self, pid)));
      trace.push(yield* outcome(stop(self, "nobody")));
    });
    until(0);
    assert.equal(trace, [JSON.stringify(reason), "noproc: noproc", "noproc"]);
    assert.match(log.at(-1)!, /^terminate/);
    assert.is(crashes.length, 0, "only who throws has crashed");
    assert.is(cell.processCount, 0);
  }
});

spec("stop is honoured by a suspended server, and so is the end of its parent", () => {
  const { cell, client, pid, log, until } = setUp("trap");
  client(function* (self) {
    yield* suspend(self, pid);
    yield* stop(self, pid);
  });
  until(0);
  assert.is(log.at(-1), "terminate normal with 0");
  const other = setUp("trap");
  other.client(function* (self) {
    yield* suspend(self, other.pid);
    self.exit(other.pid, "late");
    self.exit(other.pid, "shutdown");
  });
  other.until(0);
  assert.is(other.log.at(-1), "terminate shutdown with 0");
  assert.is(cell.processCount + other.cell.processCount, 0);
});

spec("stop waits for a busy server to its limit, and fails when the server ends for another reason", () => {
  const { client, server, pid, trace, until } = setUp();
  client(function* (self) {
    trace.push(yield* outcome(call(self, server, { type: "slow", ms: 100 })));
  });
  client(function* (self) {
    trace.push(yield* outcome(stop(self, pid, "normal", { within: 10 })));
    trace.push(yield* outcome(stop(self, pid, "normal", { within: -1 })));
  });
  client(function* (self) {
    yield* self.sleep(20);
    trace.push(yield* outcome(stop(self, pid, "shutdown")));
  });
  until(200);
  assert.is(trace[0], "timeout");
  assert.match(trace[1]!, "RangeError");
  assert.equal(trace.slice(2).sort(), ["exited: normal", "slept"]);
});

spec("system messages that are not well formed are strange messages as any other", () => {
  const { client, server, pid, log, trace, until } = setUp();
  client(function* (self) {
    const from = self.pid;
    for (const request of [undefined, null, 7, {}, { type: "selfDestruct" }, { type: "__proto__" }]) {
      self.send(pid, { type: "system", from, ref: 1, request });
      self.send(pid, { type: "system", request });
      self.send(pid, {
        type: "system",
        from: "me",
        ref: 1,
        request: { type: "terminate", reason: "normal" },
      });
    }
    trace.push(`${yield* call(self, server, { type: "get" })}`);
  });
  until(0);
  assert.equal(trace, ["0"]);
  assert.is(log.filter((line) => line === "info system").length, 18);
});
