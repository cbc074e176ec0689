import * as assert from "uvu/assert";
import { crashDetails, withoutKeys } from "../../../runtime/introspection/crash-details.ts";
import { CrashLog } from "../../../runtime/introspection/crash-log.ts";
import { LastMessages } from "../../../runtime/introspection/last-messages.ts";
import type { CrashDetails } from "../../../runtime/introspection/report.ts";
import { describeReason, ExitWith } from "../../../runtime/process/exit-reason.ts";
import { noFacts } from "../../../runtime/process/notes.ts";
import { importPid, processOf } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";

const key = "0123456789abcdef0123456789abcdef";

type Message = { type: "work"; n: number } | { type: "break"; how: string };

function* worker(self: Self<Message>) {
  self.register("bench-saw");
  self.note({ mode: "reduced" });
  for (;;) {
    const message = yield* self.receive(["work", "break"]);
    if (message.type === "break") throw new RangeError(message.how);
  }
}

/** A cell that keeps the last three messages of each process, and its reports. */
function watched(keep = 3) {
  const reports: CrashDetails[] = [];
  const kept = keep === 0 ? undefined : new LastMessages(keep);
  const hand = handCell({ onCrash: (report, dead) => reports.push(crashDetails(report, dead, kept)) });
  hand.cell.trace = kept;
  return { ...hand, kept, reports };
}

spec("a crash report tells who, why, what it did last, what still waits and what it said of itself", () => {
  const { cell, until, reports } = watched();
  const pid = cell.spawn(worker, [], { label: "saw" });
  until(1);
  for (let n = 0; n < 9; n++) cell.post(pid, { type: "other", n });
  for (let n = 0; n < 4; n++) cell.post(pid, { type: "work", n });
  cell.post(pid, { type: "break", how: "a tooth" });
  cell.post(pid, { type: "work", n: 4 });
  until(2);
  const [report, ...more] = reports;
  assert.equal(more, []);
  const { reason, runUs, ...rest } = report!;
  assert.match((reason as { error: string }).error, /^RangeError: a tooth$/);
  assert.match((reason as { stack: string }).stack, /\n {4}at worker /);
  assert.ok(runUs >= 0);
  assert.equal(rest, {
    pid: "<bench.hand.1>",
    label: "saw",
    names: ["bench-saw"],
    mailboxLength: 10,
    messagesHandled: 5,
    notes: { mode: "reduced" },
    handled: [`{type: "work", n: 2}`, `{type: "work", n: 3}`, `{type: "break", how: "a tooth"}`],
    waiting: [0, 1, 2, 3, 4].map((n) => `{type: "other", n: ${n}}`),
  });
});

spec("a cell that keeps no messages tells of those that wait all the same", () => {
  const { cell, until, reports } = watched(0);
  const pid = cell.spawn(worker, []);
  until(1);
  cell.post(pid, { type: "break", how: "x" });
  cell.post(pid, { type: "work", n: 1 });
  until(2);
  assert.equal([reports[0]?.handled, reports[0]?.waiting], [[], [`{type: "work", n: 1}`]]);
});

spec("no crash report shows a key: not of its messages, its error, its stack, nor a cell's reason", () => {
  const { cell, until, reports } = watched();
  const wire = { board: "b", cell: "c", incarnation: 1, number: 2, key };
  const pid = cell.spawn(worker, []);
  until(1);
  cell.post(pid, { type: "work", n: 0, wire, pid: importPid(wire), text: `x${key}` });
  cell.post(pid, { type: "break", how: JSON.stringify(wire) });
  cell.post(pid, { type: "work", wire });
  cell.spawn(function* long() {
    throw Object.assign(new Error(key), { stack: `at ${key}\n`.repeat(500) });
  }, []);
  until(2);
  assert.is(reports.length, 2);
  const bound = withoutKeys({ cell: "c", cause: { error: `Error: ${key}`, stack: `at ${key}` } });
  assert.equal(bound, { cell: "c", cause: { error: "Error: (key)", stack: "at (key)" } });
  const text = JSON.stringify(reports);
  assert.not(text.includes(key));
  assert.ok(text.includes("(key)"));
  assert.ok(text.includes("<b.c.2>"));
  assert.ok(text.length < 20_000, "and none is long");
});

spec("what was kept of a process is forgotten when it ends, however it ends", () => {
  const { cell, until, kept } = watched();
  const pids = ["normal", "shutdown", "kill", "crash"].map((how) => {
    const pid = cell.spawn(function* ends(self: Self<unknown>) {
      yield* self.receive();
      if (how === "crash") throw new Error("x");
      if (how === "normal") return;
      self.exit(self.pid, how as "shutdown" | "kill");
      yield* self.receive();
    }, []);
    cell.post(pid, how);
    return pid;
  });
  const lives = cell.spawn(worker, []);
  for (let n = 0; n < 2; n++) cell.post(lives, { type: "work", n });
  until(1);
  assert.equal(
    pids.map((pid) => kept!.of(pid)),
    [[], [], [], []],
  );
  assert.equal(kept!.of(lives), [
    { type: "work", n: 0 },
    { type: "work", n: 1 },
  ]);
});

function details(pid: string): CrashDetails {
  return {
    pid,
    label: "x",
    names: [],
    reason: { error: "Error: x", stack: "" },
    mailboxLength: 0,
    messagesHandled: 0,
    notes: noFacts,
    runUs: 0,
    handled: [],
    waiting: [],
  };
}

spec("the log keeps the last crashes with cell, life and time, and counts all", () => {
  let nowUs = 0;
  const log = new CrashLog("b", () => nowUs, 3);
  for (let n = 1; n <= 5; n++) {
    nowUs = n * 1000;
    log.crashed({ name: n % 2 === 0 ? "even" : "odd", incarnation: n }, details(`<b.c.${n}>`));
  }
  assert.is(log.total, 5);
  assert.equal(
    log.entries().map(({ n, atUs, cell, restarts }) => `${n} ${atUs} ${cell} ${restarts}`),
    ["3 3000 odd 2", "4 4000 even 3", "5 5000 odd 4"],
  );
  assert.equal(
    log.entries({ cell: "odd" }).map(({ n }) => n),
    [3, 5],
  );
  assert.equal(
    log.entries({ limit: 1 }).map(({ n }) => n),
    [5],
  );
  assert.equal(log.entries({ limit: 0 }), []);
});

spec(
  "a cell that was ended from outside gets a report from its kernel, one that reported itself does not",
  () => {
    const log = new CrashLog("b", () => 0);
    const life = { name: "pump", incarnation: 2 };
    assert.is(log.cellEnded(life, "shutdown"), undefined);
    assert.is(log.cellEnded(life, "killed"), undefined);
    log.crashed(life, details("<b.pump.1>"));
    assert.is(log.cellEnded(life, { error: "Error: x", stack: "" }), undefined, "its first process told");
    const hung = log.cellEnded({ ...life, incarnation: 3 }, "hung", 4);
    assert.equal([hung?.pid, hung?.reason, hung?.restarts], ["<b.pump.4>", "hung", 2]);
    assert.is(log.cellEnded({ ...life, incarnation: 4 }, "outOfMemory")?.pid, "<b.pump.?>");
    log.crashed({ ...life, incarnation: 5 }, details("<b.pump.7>"));
    assert.is(
      log.cellEnded({ ...life, incarnation: 5 }, "hung")?.reason,
      "hung",
      "an inner crash was another one",
    );
    assert.is(log.total, 5);
  },
);

spec("who throws a reason to end in order is not reported as a crash", () => {
  const { cell, until, reports } = watched();
  function* thrower(_self: Self, inOrder: boolean): Generator<never, void> {
    throw inOrder ? new ExitWith("its line was taken from it", { shutdown: "fenced" }) : new Error("a tooth");
  }
  const ends = [true, false].map((inOrder) => processOf(cell.spawn(thrower, [inOrder]))!);
  until(1);
  assert.equal(
    ends.map(({ exitReason }) => describeReason(exitReason!)),
    ["shutdown: fenced", "Error: a tooth"],
  );
  assert.equal(
    reports.map(({ reason }) => describeReason(reason)),
    ["Error: a tooth"],
  );
});
