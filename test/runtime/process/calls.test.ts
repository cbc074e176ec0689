/** What a call is made of: a monitor, its alias, and the one answer that belongs to it. */
import * as assert from "uvu/assert";
import { exportPid, type Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";

interface Call {
  readonly type: "call";
  readonly from: Pid;
  readonly ref: number;
}

/** Answers each call after `ms`, `times` times. */
function* slowServer(self: Self<Call>, ms: number, times: number) {
  for (;;) {
    const { from, ref } = yield* self.receive("call");
    yield* self.sleep(ms);
    for (let n = 0; n < times; n++) self.send(from, { type: "reply", ref, value: n }, { alias: ref });
  }
}

spec("a reply comes once, by the monitor that the call opened", () => {
  const { cell, trace, until } = handCell();
  const server = cell.spawn(slowServer, [5, 3]);
  cell.spawn(function* caller(self: Self) {
    const ref = self.monitor(server);
    self.send(server, { type: "call", from: self.pid, ref });
    const answer = yield* self.receive(ref, { within: 10 });
    trace.push(JSON.stringify(answer));
    trace.push(String(yield* self.receive(undefined, { within: 50 })));
  }, []);
  until(100);
  assert.equal(trace, ['{"type":"reply","ref":1,"value":0}', "undefined"]);
  assert.is(cell.counts.late, 2);
  assert.is(cell.timerCount, 0);
});

spec("a late reply is dropped and counted, and the next call gets its own", () => {
  const { cell, trace, until } = handCell();
  const server = cell.spawn(slowServer, [5, 1]);
  cell.spawn(function* caller(self: Self) {
    for (const within of [2, 20]) {
      const ref = self.monitor(server);
      self.send(server, { type: "call", from: self.pid, ref });
      const answer = yield* self.receive(ref, { within });
      trace.push(
        `${self.nowUs() / 1000} ms: ${answer === undefined ? "too late" : `reply to ${answer.ref}`}`,
      );
      if (answer === undefined) self.demonitor(ref);
    }
  }, []);
  until(100);
  assert.equal(trace, ["2 ms: too late", "10 ms: reply to 2"]);
  assert.is(cell.counts.late, 1);
});

spec("a reply that arrived unseen goes when its monitor is given up; what others sent stays", () => {
  const { cell, trace, until } = handCell();
  const server = cell.spawn(slowServer, [0, 1]);
  cell.spawn(function* caller(self: Self<{ type: "call"; ref: number }>) {
    const ref = self.monitor(server);
    self.send(server, { type: "call", from: self.pid, ref });
    self.send(self.pid, { type: "call", ref });
    yield* self.sleep(5);
    self.demonitor(ref);
    for (;;) trace.push(JSON.stringify((yield* self.receive(undefined, { within: 1 })) ?? "nothing more"));
  }, []);
  until(6);
  assert.equal(trace[0], '{"type":"call","ref":1}');
  assert.equal(trace[1], '"nothing more"');
});

spec("a message that looks like an answer is none", () => {
  const { cell, trace, until } = handCell();
  const server = cell.spawn(slowServer, [5, 1]);
  const caller = cell.spawn(function* caller(self: Self) {
    const ref = self.monitor(server);
    self.send(server, { type: "call", from: self.pid, ref });
    const answer = yield* self.receive(ref);
    trace.push(answer.type === "reply" ? `value ${answer.value}` : "down");
  }, []);
  until(1);
  cell.post(caller, { type: "reply", ref: 1, value: "forged" });
  until(20);
  assert.equal(trace, ["value 0"]);
});

spec("who calls the dead, or one that dies, gets its down", () => {
  const { cell, trace, until } = handCell();
  const mortal = cell.spawn(function* mortal(self: Self<Call>) {
    yield* self.receive("call");
    throw new Error("boom");
  }, []);
  cell.spawn(function* caller(self: Self) {
    for (let n = 0; n < 2; n++) {
      const ref = self.monitor(mortal);
      self.send(mortal, { type: "call", from: self.pid, ref });
      const answer = yield* self.receive(ref);
      if (answer.type === "down")
        trace.push(
          typeof answer.reason === "object" && "error" in answer.reason
            ? answer.reason.error
            : String(answer.reason),
        );
    }
  }, []);
  until(1);
  assert.equal(trace, ["Error: boom", "noproc"]);
});

spec("a full mailbox refuses no reply", () => {
  const { cell, trace, until } = handCell();
  const server = cell.spawn(slowServer, [5, 1]);
  const caller = cell.spawn(
    function* caller(self: Self) {
      const ref = self.monitor(server);
      self.send(server, { type: "call", from: self.pid, ref });
      trace.push((yield* self.receive(ref)).type);
    },
    [],
    { mailboxCapacity: 2 },
  );
  until(1);
  for (let n = 0; n < 5; n++) cell.post(caller, n);
  until(10);
  assert.equal(trace, ["reply"]);
  assert.is(cell.counts.overflow, 3);
});

spec("an answer changes no deadline: the work at hand goes on, due when it was", () => {
  const { cell, trace, until } = handCell();
  const server = cell.spawn(slowServer, [1, 1]);
  const caller = cell.spawn(function* caller(self: Self<string>) {
    yield* self.receive();
    const ref = self.monitor(server);
    self.send(server, { type: "call", from: self.pid, ref }, { deadlineUs: 3000 });
    yield* self.receive(ref);
    trace.push(`due at ${self.deadlineUs}`);
  }, []);
  cell.spawn(function* sender(self: Self) {
    self.send(caller, "work", { deadlineUs: 8000 });
  }, []);
  until(10);
  assert.equal(trace, ["due at 8000"]);
});

spec("nobody can send what only the kernel tells: refused at home, counted from another cell", () => {
  const { cell, until } = handCell();
  const got: unknown[] = [];
  const victim = cell.spawn(function* victim(self: Self) {
    for (;;) got.push(yield* self.receive());
  }, []);
  until(0);
  for (const type of ["down", "exit"]) {
    assert.throws(() => cell.post(victim, { type, ref: 1 }), /told by the kernel only/);
    assert.throws(() => cell.sendAfter(5, victim, { type }), /told by the kernel only/);
    const packed = { body: { type, ref: 1 }, placeholders: [], pids: [] };
    const frame = { kind: "message", packed, deadlineUs: 1, band: 2, bytes: 8 } as const;
    cell.deliver({ ...frame, to: exportPid(victim) });
  }
  until(10);
  assert.equal(got, []);
  assert.is(cell.counts.forged, 2);
});
