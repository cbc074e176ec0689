import * as assert from "uvu/assert";
import type { Pid } from "../../../runtime/process/pid.ts";
import { exportPid, importPid, processOf } from "../../../runtime/process/pid.ts";
import { BAND, type ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";

spec("a process receives what was sent, in order", () => {
  const { cell, trace, until } = handCell();
  const pid = cell.spawn(function* reader(self: Self<number>) {
    for (;;) trace.push(`got ${yield* self.receive()}`);
  }, []);
  cell.post(pid, 1);
  cell.post(pid, 2);
  until(0);
  assert.equal(trace, ["got 1", "got 2"]);
});

spec("selective receive takes the first match and keeps the order of the rest", () => {
  const { cell, trace, until } = handCell();
  type M = { type: "a" | "b"; n: number };
  const pid = cell.spawn(function* reader(self: Self<M>) {
    const b = yield* self.receive("b");
    trace.push(`b${(b as M).n}`);
    for (;;) {
      const message = (yield* self.receive()) as M;
      trace.push(`${message.type}${message.n}`);
    }
  }, []);
  for (const [type, n] of [
    ["a", 1],
    ["a", 2],
    ["b", 3],
    ["a", 4],
    ["b", 5],
  ])
    cell.post(pid, { type, n });
  until(0);
  assert.equal(trace, ["b3", "a1", "a2", "a4", "b5"]);
});

spec("a receive with a limit ends at the limit, and not before", () => {
  const { cell, clock, trace, until } = handCell();
  cell.spawn(function* waiter(self: Self<number>) {
    const message = yield* self.receive(undefined, { within: 50 });
    trace.push(`${message} at ${clock.now() / 1000}`);
  }, []);
  until(49);
  assert.equal(trace, []);
  until(60);
  assert.equal(trace, ["undefined at 50"]);
  assert.is(cell.nextWakeUs(), Number.POSITIVE_INFINITY);
});

spec("a message that came in time leaves no timer behind", () => {
  const { cell, trace, until } = handCell();
  const pid = cell.spawn(function* waiter(self: Self<number>) {
    trace.push(`${yield* self.receive(undefined, { within: 50 })}`);
    trace.push(`${yield* self.receive(undefined, { within: 100 })}`);
  }, []);
  until(10);
  cell.post(pid, 7);
  until(200);
  assert.equal(trace, ["7", "undefined"]);
  assert.is(cell.processCount, 0);
});

spec("sleep leaves messages alone", () => {
  const { cell, clock, trace, until } = handCell();
  const pid = cell.spawn(function* sleeper(self: Self<string>) {
    yield* self.sleep(20);
    trace.push(`${yield* self.receive()} at ${clock.now() / 1000}`);
  }, []);
  cell.post(pid, "early");
  until(30);
  assert.equal(trace, ["early at 20"]);
});

spec("messages are copies", () => {
  const { cell, trace, until } = handCell();
  const message = { list: [1] };
  const pid = cell.spawn(function* reader(self: Self<{ list: number[] }>) {
    const copy = (yield* self.receive()) as { list: number[] };
    trace.push(`${copy.list}`);
  }, []);
  cell.post(pid, message);
  message.list.push(2);
  until(0);
  assert.equal(trace, ["1"]);
});

spec("a function is refused at the sender, with its place in the message", () => {
  const { cell } = handCell();
  const pid = cell.spawn(function* idle(self: Self) {
    yield* self.receive();
  }, []);
  assert.throws(() => cell.post(pid, { a: [{ f() {} }] }), /a\[0\]\.f/);
});

spec("sending to the dead has no effect and is counted", () => {
  const { cell, until } = handCell();
  const pid = cell.spawn(function* brief() {}, []);
  until(0);
  cell.post(pid, 1);
  assert.is(cell.counts.dead, 1);
});

spec("a full mailbox drops the newest and counts it; signals still arrive", () => {
  const { cell, trace, until } = handCell({ mailboxCapacity: 3 });
  const reader = cell.spawn(function* slow(self: Self<number>) {
    self.trapExit();
    yield* self.sleep(10);
    for (;;) {
      const message = yield* self.receive();
      trace.push(typeof message === "number" ? `${message}` : message.type);
    }
  }, []);
  cell.spawn(function* flooder(self: Self) {
    self.link(reader);
    for (let n = 0; n < 5; n++) self.send(reader, n);
    yield* self.sleep(0);
  }, []);
  until(20);
  assert.is(cell.counts.overflow, 2);
  assert.equal(trace, ["0", "1", "2", "exit"]);
});

spec("a crash ends what is linked, and a process that traps exits hears of it", () => {
  const { cell, trace, crashes, until } = handCell();
  cell.spawn(function* parent(self: Self) {
    self.trapExit();
    const linked = self.spawnLink(function* bystander(self: Self) {
      yield* self.receive();
    }, []);
    self.spawnLink(
      function* faulty(self: Self, other: Pid) {
        self.link(other);
        yield* self.sleep(5);
        throw new Error("boom");
      },
      [linked],
    );
    for (;;) {
      const message = (yield* self.receive()) as { type: string; reason: { error: string } };
      trace.push(`${message.type} ${message.reason.error}`);
    }
  }, []);
  until(10);
  assert.equal(trace, ["exit Error: boom", "exit Error: boom"]);
  assert.is(crashes.length, 1, "whom it took with it did not crash");
  assert.match((crashes[0]!.reason as { stack: string }).stack, "process.test");
});

spec("a monitor is told once, with the reason; noproc when it is too late; never after demonitor", () => {
  const { cell, trace, until } = handCell();
  const target = cell.spawn(function* target(self: Self) {
    yield* self.receive();
  }, []);
  cell.spawn(function* watcher(self: Self) {
    const dropped = self.monitor(target);
    const kept = self.monitor(target);
    self.demonitor(dropped);
    self.exit(target, "shutdown");
    const down = yield* self.receive("down");
    trace.push(`${down.ref === kept} ${down.reason}`);
    self.monitor(target);
    trace.push(`${(yield* self.receive("down")).reason}`);
    trace.push(`${yield* self.receive(undefined, { within: 10 })}`);
  }, []);
  until(20);
  assert.equal(trace, ["true shutdown", "noproc", "undefined"]);
});

spec("kill cannot be trapped; its links see killed; the process is never resumed", () => {
  const { cell, trace, until } = handCell();
  const victim = cell.spawn(function* victim(self: Self) {
    self.trapExit();
    try {
      for (;;) yield* self.receive();
    } finally {
      trace.push("resumed");
    }
  }, []);
  cell.spawn(function* killer(self: Self) {
    self.trapExit();
    self.link(victim);
    self.kill(victim);
    const exit = yield* self.receive("exit");
    trace.push(`${exit.reason}`);
  }, []);
  until(10);
  assert.equal(trace, ["killed"]);
});

spec("a normal exit leaves linked processes alone; an unlinked one is not told", () => {
  const { cell, trace, until } = handCell();
  cell.spawn(function* parent(self: Self) {
    const brief = self.spawnLink(function* brief(self: Self) {
      yield* self.sleep(1);
    }, []);
    const failing = self.spawnLink(function* failing(self: Self) {
      yield* self.sleep(2);
      throw new Error("boom");
    }, []);
    self.unlink(failing);
    yield* self.sleep(5);
    trace.push(`alive after ${String(brief)} and ${String(failing)}`);
  }, []);
  until(10);
  assert.equal(trace, ["alive after <bench.hand.2> and <bench.hand.3>"]);
});

function* chain(self: Self, left: number): ProcessGenerator {
  if (left > 0) self.spawnLink(chain, [left - 1]);
  yield* self.receive();
}

spec(
  "a chain of 100,000 links dies without overflowing the stack",
  () => {
    const { cell, until } = handCell();
    const first = cell.spawn(chain, [99_999]);
    until(1);
    assert.is(cell.processCount, 100_000);
    cell.exit(undefined, first, "shutdown");
    until(2);
    assert.is(cell.processCount, 0);
  },
  { limitMs: 20_000 },
);

spec("the most urgent deadline runs first", () => {
  const { cell, trace, until } = handCell();
  function* worker(self: Self<string>) {
    trace.push(`${yield* self.receive()}`);
  }
  const pids = [1, 2, 3].map(() => cell.spawn(worker, []));
  until(0);
  cell.spawn(function* sender(self: Self) {
    self.send(pids[0]!, "30 ms", { deadlineUs: 30_000 });
    self.send(pids[1]!, "10 ms", { deadlineUs: 10_000 });
    self.send(pids[2]!, "20 ms", { deadlineUs: 20_000 });
    yield* self.sleep(1);
  }, []);
  until(5);
  assert.equal(trace, ["10 ms", "20 ms", "30 ms"]);
});

spec("a name is found, belongs to one, and is free when its holder ends", () => {
  const { cell, trace, until } = handCell();
  function* holder(self: Self, ms: number) {
    self.register("pump");
    yield* self.sleep(ms);
  }
  const first = cell.spawn(holder, [10]);
  until(1);
  assert.ok(cell.names.whereis("pump") === first);
  const second = cell.spawn(holder, [10]);
  until(2);
  assert.ok(cell.names.whereis("pump") === first, "the second died of the conflict");
  until(20);
  assert.is(cell.names.whereis("pump"), undefined);
  assert.is(cell.processCount, 0, `${second} ${trace}`);
});

spec("a forged pid reaches nobody and is counted", () => {
  const { cell, until } = handCell();
  const pid = cell.spawn(function* idle(self: Self) {
    yield* self.receive();
  }, []);
  until(0);
  const wire = exportPid(pid);
  const guess = { incarnation: wire.incarnation, number: wire.number, key: "0".repeat(32) };
  const from = exportPid(importPid({ ...wire, cell: "elsewhere" }));
  cell.deliver({ kind: "exit", to: guess, from, reason: "kill" });
  assert.is(cell.counts.forged, 1);
  assert.is(cell.processCount, 1);
  cell.deliver({ kind: "exit", to: { ...wire, incarnation: 2 }, from, reason: "kill" });
  assert.is(cell.processCount, 1, "a pid of another life reaches nobody");
  cell.deliver({ kind: "exit", to: wire, from, reason: "kill" });
  assert.is(cell.processCount, 0);
});

spec("a message that another cell's edge refuses is counted; a signal is carried all the same", () => {
  const { cell, until } = handCell();
  const posted: string[] = [];
  const post = (frame: Frame) => {
    posted.push(frame.kind);
    return frame.kind !== "message";
  };
  cell.peerUp("full", { incarnation: 1, post });
  const other = importPid({ board: "bench", cell: "full", incarnation: 1, number: 1, key: "0" });
  cell.spawn(function* sender(self: Self) {
    for (let n = 0; n < 3; n++) self.send(other, n);
    self.exit(other, "shutdown");
  }, []);
  until(1);
  assert.equal(posted, ["message", "message", "message", "exit"]);
  assert.equal(cell.counts, { dead: 0, forged: 0, overflow: 0, credit: 3, late: 0, unreported: 0 });
});

spec("a process that yields anything but its own wait dies with an explanation", () => {
  const { cell, crashes, until } = handCell();
  cell.spawn(function* odd(): Generator<never, void, void> {
    yield 5 as never;
  }, []);
  until(0);
  assert.match((crashes[0]!.reason as { error: string }).error, "its own waits");
});

spec("sendAfter sends when it is time, and not when cancelled", () => {
  const { cell, clock, trace, until } = handCell();
  cell.spawn(function* timers(self: Self<string>) {
    self.sendAfter(10, self.pid, "late");
    const handle = self.sendAfter(5, self.pid, "never");
    self.cancel(handle);
    trace.push(`${yield* self.receive()} at ${clock.now() / 1000}`);
  }, []);
  until(20);
  assert.equal(trace, ["late at 10"]);
});

spec("a process runs in the band of who spawned it, the first one in that of its cell", () => {
  const { cell, trace, until } = handCell({ band: BAND.bestEffort });
  const bandOf = (pid: Pid) => processOf(pid)!.band;
  function* child(): ProcessGenerator {}
  const root = cell.spawn(function* parent(self: Self<never>) {
    trace.push(`${bandOf(self.spawn(child, []))} ${bandOf(self.spawn(child, [], { band: BAND.critical }))}`);
  }, []);
  trace.push(String(bandOf(root)));
  until(0);
  assert.equal(trace, [`${BAND.bestEffort}`, `${BAND.bestEffort} ${BAND.critical}`]);
});
