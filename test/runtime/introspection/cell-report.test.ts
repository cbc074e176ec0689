import * as assert from "uvu/assert";
import { reportCell } from "../../../runtime/introspection/cell-report.ts";
import type { ProcessReport } from "../../../runtime/introspection/report.ts";
import type { Pid } from "../../../runtime/process/pid.ts";
import { BAND } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { supervisor } from "../../../runtime/supervision/supervisor.ts";
import type { SupervisorSpec } from "../../../runtime/supervision/supervisor-spec.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";

function* idle(self: Self<unknown>) {
  yield* self.receive("never" as never);
}

function report(cell: ReturnType<typeof handCell>["cell"], query = {}) {
  return reportCell(cell, query, { trace: null, thread: null });
}

/** What each of `bodies` is seen to wait for. */
function waits(bodies: readonly ((self: Self<unknown>) => Generator)[]): string[] {
  const { cell, until } = handCell();
  for (const body of bodies) cell.spawn(body as never, []);
  until(1);
  return report(cell).processes.map(({ waitsFor, limited }) => `${waitsFor}${limited ? ", limited" : ""}`);
}

spec("a process is told of as it is: who, where it stands, what it did, whom it is bound to", () => {
  const { cell, clock, until } = handCell();
  let due: number | null | undefined;
  const worker = cell.spawn(idle, [], { label: "worker" });
  cell.spawn(
    function* boss(self: Self<unknown>) {
      self.register("boss");
      self.register("chief");
      self.join("bosses");
      self.trapExit();
      self.link(worker);
      self.monitor(worker);
      self.note({ mode: "full" });
      self.note({ restarts: 2 }, worker);
      self.sendAfter(1000, worker, "later");
      self.sendAfter(2000, worker, "later");
      yield* self.receive();
      clock.advanceTo(clock.now() + 300);
      due = report(cell).processes[1]?.dueInUs;
      yield* self.receive(["a", "b"], { within: 50 });
    },
    [],
    { band: BAND.system },
  );
  until(1);
  cell.send("boss", "go", 5000);
  cell.run();
  for (let n = 0; n < 3; n++) cell.post("boss", { type: "not now", n });
  const [first, second] = report(cell).processes;
  assert.equal(second, {
    pid: "<bench.hand.2>",
    function: "boss",
    label: "boss",
    names: ["boss", "chief"],
    groups: ["bosses"],
    state: "waiting",
    waitsFor: "a | b",
    limited: true,
    mailbox: 3,
    dropped: 0,
    handled: 1,
    runUs: 300,
    longestSliceUs: 300,
    band: "system",
    dueInUs: null,
    trapExit: true,
    links: { count: 1, pids: [String(worker)] },
    monitors: { count: 1, pids: [String(worker)] },
    monitoredBy: { count: 0, pids: [] },
    timers: 2,
    notes: { mode: "full" },
  } satisfies ProcessReport);
  assert.is(due, 5000 - 1300, "while it worked");
  assert.is(first?.function, "idle");
  assert.is(first?.label, "worker");
  assert.equal(first?.monitoredBy, { count: 1, pids: ["<bench.hand.2>"] });
  assert.equal(first?.notes, { restarts: 2 });
});

spec("what a process waits for is told in the words of its pattern", () => {
  const told = waits([
    function* tag(self) {
      yield* self.receive("reading" as never);
    },
    function* tags(self) {
      yield* self.receive(["reading", "fault"] as never, { within: 5 });
    },
    function* pattern(self) {
      yield* self.receive({ type: "reply", from: self.pid } as never);
    },
    function* guard(self) {
      yield* self.receive(function isUrgent() {
        return false;
      });
    },
    function* call(self) {
      yield* self.receive(7 as never);
    },
    function* sleeps(self) {
      yield* self.sleep(5);
    },
    function* waitsForAll(self) {
      yield* self.receive(undefined, { within: 9 });
    },
  ]);
  assert.equal(told, [
    "reading",
    "reading | fault, limited",
    '{type: "reply", from: <bench.hand.3>}',
    "function isUrgent",
    "answer to call 7",
    "time, limited",
    "anything, limited",
  ]);
});

spec("who runs, who could run, and who used up its turn are told apart from who waits", () => {
  const { cell, until } = handCell();
  const seen: string[] = [];
  const ready = cell.spawn(idle, [], { band: BAND.bestEffort });
  const busy: Pid = cell.spawn(function* busy(self: Self<unknown>) {
    for (let n = 0; n < 100; n++) yield* self.receive(undefined, { within: 0 });
    yield* self.receive();
  }, []);
  cell.spawn(function* looks(self: Self<unknown>) {
    for (const { pid, state, waitsFor } of report(cell).processes) seen.push(`${pid} ${state} ${waitsFor}`);
    yield* self.receive();
  }, []);
  cell.run(2);
  assert.equal(seen, [`${ready} runnable null`, `${busy} runnable null`, "<bench.hand.3> running null"]);
  until(1);
});

spec(
  "a question is answered for those that fit it, the greatest first, up to its limit, and says of how many",
  () => {
    const { cell, until } = handCell();
    for (let n = 0; n < 30; n++) {
      const pid = cell.spawn(idle, [], { label: n % 2 === 0 ? `even${n}` : `odd${n}` });
      for (let m = 0; m < n; m++) cell.post(pid, m);
    }
    until(1);
    const { processes, found, processCount, scanned } = report(cell, {
      match: "odd",
      order: "mailbox",
      limit: 3,
    });
    assert.equal(
      processes.map(({ label, mailbox }) => `${label} ${mailbox}`),
      ["odd29 29", "odd27 27", "odd25 25"],
    );
    assert.equal([found, processCount, scanned], [15, 30, 30]);
    assert.is(report(cell, { match: "hand.7" }).processes[0]?.label, "even6");
    assert.is(report(cell, { match: "idle" }).found, 30, "by function");
    assert.is(report(cell, { limit: 1e9 }).processes.length, 30);
  },
);

spec("no more than 5000 processes are looked at, however many there are", () => {
  const { cell } = handCell();
  for (let n = 0; n < 6000; n++) cell.spawn(idle, []);
  const { processCount, scanned, found, processes } = report(cell, { limit: 600, order: "time" });
  assert.equal([processCount, scanned, found, processes.length], [6000, 5000, 5000, 500]);
});

spec("a cell tells its counts, its queue, its timers, its heap and its trace", () => {
  const { cell, until } = handCell();
  cell.spawn(function* sleeps(self: Self) {
    yield* self.sleep(100);
  }, []);
  until(1);
  cell.spawn(idle, []);
  cell.post("nobody", 1);
  const {
    counts,
    runnable,
    timers,
    heap,
    trace,
    thread,
    cell: name,
    incarnation,
  } = reportCell(cell, {}, { trace: { written: 3, lost: 1 }, thread: { ranUs: 7, waitedUs: 2 } });
  assert.equal(counts, { dead: 1, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 });
  assert.equal(
    { runnable, timers, name, incarnation },
    { runnable: 1, timers: 1, name: "hand", incarnation: 1 },
  );
  assert.ok(heap.usedBytes > 1e6 && heap.usedBytes < heap.limitBytes && heap.externalBytes > 0);
  assert.equal(trace, { written: 3, lost: 1 });
  assert.equal(thread, { ranUs: 7, waitedUs: 2 });
  cell.counts.dead = 9;
  assert.is(counts.dead, 1, "a report is a copy");
});

spec("facts on a process end with it, and are few", () => {
  const { cell, until, crashes } = handCell();
  const brief = cell.spawn(function* brief(self: Self<unknown>) {
    self.note({ mode: "full" });
    yield* self.receive();
    throw new Error("x");
  }, []);
  until(1);
  cell.spawn(function* other(self: Self) {
    self.note({ n: 1 }, brief);
    for (let n = 0; n < 20; n++) self.note({ [`n${n}`]: n });
  }, []);
  until(2);
  assert.match((crashes[0]!.reason as { error: string }).error, /RangeError: more than 16 facts/);
  cell.post(brief, "end");
  until(3);
  assert.equal(crashes[1]?.notes, { mode: "full", n: 1 });
  assert.equal(cell.notes.of(brief), {});
  cell.note(brief, { late: true });
  assert.equal(cell.notes.of(brief), {}, "nobody notes anything on the dead");
});

spec("a supervisor notes on its children how often it started them again", () => {
  const { cell, until } = handCell();
  function* child(self: Self<unknown>) {
    yield* self.receive();
    throw new Error("x");
  }
  const start = (self: Self<never>) => self.spawn(child, []);
  const spec: SupervisorSpec = {
    strategy: "oneForOne",
    intensity: 9,
    children: [{ id: "child", restart: "permanent", start }],
  };
  cell.spawn(supervisor(spec), []);
  const notes = () => report(cell, { match: "child" }).processes.map((each) => each.notes);
  until(1);
  assert.equal(notes(), [{}]);
  for (let restarts = 1; restarts <= 2; restarts++) {
    for (const { pid } of cell.processes()) if (pid.number > 1) cell.post(pid, "crash");
    until(restarts * 100);
    assert.equal(notes(), [{ restarts }]);
  }
});
