import * as assert from "uvu/assert";
import type { Cell } from "../../../runtime/process/cell.ts";
import { describeReason, rootCause } from "../../../runtime/process/exit-reason.ts";
import { exportPid, importPid, type Pid } from "../../../runtime/process/pid.ts";
import { BAND, type ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { DownMessage } from "../../../runtime/process/signal.ts";
import type { ContractReport } from "../../../runtime/protocol/contract-report.ts";
import type { ConverseMessage, TestimonyMessage } from "../../../runtime/protocol/conversation-messages.ts";
import { Ledger } from "../../../runtime/protocol/ledger.ts";
import { acceptConversation, openConversation } from "../../../runtime/protocol/open-conversation.ts";
import { TimeLimit } from "../../../runtime/protocol/time-limit.ts";
import { witness } from "../../../runtime/protocol/witness.ts";
import type { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";
import { LIFE, linkedCells } from "./linked-cells.ts";
import { meter } from "./meter.ts";

/** Answers after `ms` of its own, at every question. */
function* server(self: Self<ConverseMessage>, ms: number): ProcessGenerator {
  const talk = acceptConversation(self, meter, "meter", yield* self.receive("converse"))!;
  for (;;) {
    const message = yield* talk.receive();
    if (message?.type !== "ask") return;
    yield* self.sleep(ms);
    talk.send({ type: "answer", volts: 1 });
  }
}

/** Asks once and writes down what comes, when, and whom it heard blamed meanwhile. */
function asks(peer: Pid, trace: string[], clock: VirtualClock) {
  const at = (what: string) => trace.push(`${clock.now() / 1000} ${what}`);
  const onMiss = ({ blame, state, message, found }: ContractReport) =>
    at(`${blame}: ${message} in ${state}, ${found}`);
  return function* client(self: Self): ProcessGenerator {
    const talk = openConversation(self, meter, "client", peer, { onMiss });
    yield* self.sleep(10);
    talk.send({ type: "ask", channel: 1 });
    const heard = yield* talk.receive();
    if (heard?.type === "down") at(`down ${describeReason(rootCause(heard.reason))}`);
    else at(String(heard?.type));
    yield* self.sleep(1000);
  };
}

/** Two processes that keep the processor for `ms`, in slices of 1 ms, before everybody but signals and supervisors. */
function hogs(cell: Cell, clock: VirtualClock, ms: number): void {
  const endUs = clock.now() + ms * 1000;
  function* hog(self: Self<{ type: "go"; other: Pid }>): ProcessGenerator {
    for (;;) {
      const { other } = yield* self.receive("go");
      if (clock.now() >= endUs) continue;
      clock.advanceTo(clock.now() + 1000);
      self.send(other, { type: "go", other: self.pid });
    }
  }
  const [a, b] = [cell.spawn(hog, [], { band: BAND.system }), cell.spawn(hog, [], { band: BAND.system })];
  cell.post(a, { type: "go", other: b });
}

const labels = (cell: Cell) => [...cell.processes()].map(({ label }) => label).toSorted();

spec("a limit is of the party's own time: what others took is given back", () => {
  const limit = new TimeLimit();
  limit.begin(50_000, 0);
  assert.is(limit.dueUs, 50_000);
  assert.is(limit.judge(50_000, { ownUs: 10_000, schedulerUs: 30_000, linkUs: 10_000 }), "scheduler");
  assert.is(limit.dueUs, 90_000);
  assert.is(
    limit.judge(90_000, { ownUs: 45_000, schedulerUs: 35_000, linkUs: 10_000 }),
    undefined,
    "told once",
  );
  assert.is(limit.dueUs, 95_000);
  assert.is(limit.judge(95_000, { ownUs: 50_000, schedulerUs: 35_000, linkUs: 10_000 }), "peer");
  assert.is(limit.dueUs, Infinity);
});

spec("a little that others took is given back without a word", () => {
  const limit = new TimeLimit();
  limit.begin(50_000, 0);
  assert.is(limit.judge(50_000, { ownUs: 46_000, schedulerUs: 4000, linkUs: 0 }), undefined);
  assert.is(limit.judge(54_000, { ownUs: 50_000, schedulerUs: 4000, linkUs: 0 }), "peer");
});

spec("what is lost is the link's, told once", () => {
  const limit = new TimeLimit();
  limit.begin(50_000, 0);
  assert.is(limit.judge(50_000, { ownUs: 0, schedulerUs: 0, linkUs: Infinity }), "link");
  assert.is(limit.judge(100_000, { ownUs: 0, schedulerUs: 0, linkUs: Infinity }), undefined);
});

spec("one cell: who answers in time is not blamed, who does not is stopped at the limit", () => {
  const { cell, clock, trace, crashes, until } = handCell();
  const fast = cell.spawn(server, [49]);
  const slow = cell.spawn(server, [51]);
  cell.spawn(asks(fast, trace, clock), []);
  cell.spawn(asks(slow, trace, clock), []);
  until(500);
  const why = `contract meter, state asked: meter ${slow} was to say answer or failed: nothing for 50 ms; allowed: within 50 ms; blamed: peer`;
  assert.equal(trace, ["59 answer", `60 down ${why}`]);
  assert.equal(
    crashes.map(({ label, reason }) => `${label} ${describeReason(reason)}`),
    [`server ${why}`],
  );
});

spec("one cell: who was runnable and not run is not blamed, and gets its time", () => {
  const { cell, clock, trace, crashes, until } = handCell();
  const honest = cell.spawn(server, [20]);
  cell.spawn(asks(honest, trace, clock), [], { band: BAND.system });
  until(9);
  cell.spawn(
    function* later(self: Self): ProcessGenerator {
      yield* self.sleep(1);
      hogs(cell, clock, 60);
    },
    [],
    { band: BAND.system },
  );
  until(500);
  assert.equal(trace, ["60 scheduler: answer or failed in asked, nothing for 50 ms", "90 answer"]);
  assert.equal(crashes, []);
});

spec("one cell: a slow party does not hide behind a slow scheduler", () => {
  const { cell, clock, trace, until } = handCell();
  const slow = cell.spawn(server, [51]);
  cell.spawn(asks(slow, trace, clock), [], { band: BAND.system });
  until(9);
  cell.spawn(
    function* later(self: Self): ProcessGenerator {
      yield* self.sleep(1);
      hogs(cell, clock, 60);
    },
    [],
    { band: BAND.system },
  );
  until(500);
  assert.equal(trace[0], "60 scheduler: answer or failed in asked, nothing for 50 ms");
  assert.match(trace[1]!, /^120 down .* blamed: peer$/);
});

spec("one cell: an answer that is heard late because both had to wait is the scheduler's", () => {
  const { cell, clock, trace, crashes, until } = handCell();
  const honest = cell.spawn(server, [5]);
  cell.spawn(asks(honest, trace, clock), []);
  until(9);
  cell.spawn(
    function* later(self: Self): ProcessGenerator {
      yield* self.sleep(2);
      hogs(cell, clock, 60);
    },
    [],
    { band: BAND.system },
  );
  until(500);
  assert.match(trace[0]!, /^71 scheduler: /);
  assert.match(trace[1]!, /^71 answer$/);
  assert.equal(crashes, []);
});

spec("one cell: a question that a full mailbox refused is the link's", () => {
  const { cell, clock, trace, crashes, until } = handCell();
  const deaf = cell.spawn(
    function* deaf(self: Self<ConverseMessage>): ProcessGenerator {
      acceptConversation(self, meter, "meter", yield* self.receive("converse"));
      yield* self.sleep(1000);
    },
    [],
    { mailboxCapacity: 2 },
  );
  cell.spawn(asks(deaf, trace, clock), []);
  until(5);
  for (let n = 0; n < 3; n++) cell.post(deaf, { type: "flood" });
  until(11);
  for (let n = 0; n < 3; n++) cell.post(deaf, { type: "flood" });
  until(300);
  assert.equal(trace, ["60 link: answer or failed in asked, nothing for 50 ms"]);
  assert.equal(crashes, []);
});

for (const [where, board] of [
  ["two cells", "bench"],
  ["two boards", "other"],
] as const) {
  spec(`${where}: who answers in time is not blamed, who does not is stopped`, () => {
    for (const [ms, last] of [
      [49, /^59 answer$/],
      [51, /^60 down contract meter.* blamed: peer$/],
    ] as const) {
      const { near, far, clock, until, crashes } = linkedCells(board);
      const trace: string[] = [];
      near.spawn(asks(remote(far.spawn(server, [ms])), trace, clock), []);
      until(500);
      assert.is(trace.length, 1);
      assert.match(trace[0]!, last);
      assert.is(crashes.length, ms > 50 ? 1 : 0);
      assert.equal(
        labels(far).filter((label) => label !== "server"),
        ms > 50 ? [] : ["contract witness"],
      );
    }
  });

  spec(`${where}: what was lost on the way is the link's, and nobody is stopped`, () => {
    const cells = linkedCells(board);
    const trace: string[] = [];
    cells.near.spawn(asks(remote(cells.far.spawn(server, [1])), trace, cells.clock), []);
    cells.loses = (frame) =>
      frame.kind === "message" && (frame.packed.body as { type?: string }).type === "said";
    cells.until(500);
    assert.equal(trace, ["60 link: answer or failed in asked, nothing for 50 ms"]);
    assert.equal(cells.crashes, []);
  });

  spec(`${where}: a cut link is blamed, and nobody is stopped`, () => {
    const cells = linkedCells(board);
    const trace: string[] = [];
    cells.near.spawn(asks(remote(cells.far.spawn(server, [1])), trace, cells.clock), []);
    cells.until(9);
    cells.loses = () => true;
    cells.until(500);
    assert.is(trace.length, 1);
    assert.match(trace[0]!, board === "other" ? /^110 link: / : /^110 scheduler: /);
    assert.equal(cells.crashes, []);
  });
}

spec("two boards: who answers in its own time is not blamed for the time on the way", () => {
  const cells = linkedCells("other");
  const trace: string[] = [];
  cells.near.spawn(asks(remote(cells.far.spawn(server, [45])), trace, cells.clock), []);
  cells.until(9);
  cells.delayUs = 35_000;
  cells.until(500);
  assert.equal(trace, ["110 link: answer or failed in asked, nothing for 100 ms", "125 answer"]);
  assert.equal(cells.crashes, []);
});

spec("two boards: who does not answer is stopped, however slow the link is", () => {
  const cells = linkedCells("other");
  const trace: string[] = [];
  cells.near.spawn(asks(remote(cells.far.spawn(server, [5000])), trace, cells.clock), []);
  cells.until(9);
  cells.delayUs = 20_000;
  cells.until(500);
  assert.equal(
    cells.crashes.map(({ label }) => label),
    ["server"],
  );
  // Taken at 30, asked for at 60, the question is there at 80, when it had been held for 50.
  assert.match(trace.join(), /^100 down .* nothing for 90 ms; .* blamed: peer$/);
});

spec("two boards: a way that was slow once and is fast now blames nobody but the link", () => {
  const cells = linkedCells("other");
  const trace: string[] = [];
  cells.near.spawn(asks(remote(cells.far.spawn(server, [45])), trace, cells.clock), []);
  cells.until(9);
  cells.delayUs = 30_000;
  cells.loses = (frame) => {
    if (frame.kind === "message" && (frame.packed.body as { type?: string }).type === "testify")
      cells.delayUs = 10_000;
    return false;
  };
  cells.until(500);
  assert.equal(trace, ["80 link: answer or failed in asked, nothing for 70 ms", "95 answer"]);
  assert.equal(cells.crashes, []);
});

spec("two cells: a cell that stood still before it had the question is not its party's fault", () => {
  const cells = linkedCells();
  const trace: string[] = [];
  cells.near.spawn(asks(remote(cells.far.spawn(server, [49])), trace, cells.clock), []);
  cells.until(9);
  cells.farHangs = true;
  cells.until(58);
  cells.farHangs = false;
  cells.until(500);
  assert.equal(trace, ["107 answer"]);
  assert.equal(cells.crashes, []);
});

spec("two cells: who does not even take the question is stopped after two limits", () => {
  const cells = linkedCells();
  const trace: string[] = [];
  const asleep = cells.far.spawn(function* asleep(self: Self<ConverseMessage>): ProcessGenerator {
    acceptConversation(self, meter, "meter", yield* self.receive("converse"));
    yield* self.sleep(10_000);
  }, []);
  cells.near.spawn(asks(remote(asleep), trace, cells.clock), []);
  cells.until(500);
  assert.match(trace.join(), /^110 down .* blamed: peer$/);
});

spec("two cells: a cell that does not turn is the scheduler's, and its party gets its time", () => {
  const cells = linkedCells();
  const trace: string[] = [];
  cells.near.spawn(asks(remote(cells.far.spawn(server, [5])), trace, cells.clock), []);
  cells.until(9);
  cells.farHangs = true;
  cells.until(120);
  cells.farHangs = false;
  cells.until(500);
  assert.equal(trace, ["110 scheduler: answer or failed in asked, nothing for 100 ms", "125 answer"]);
  assert.equal(cells.crashes, []);
});

spec("two cells: a party without a checker has no witness, so its silence proves nothing against it", () => {
  const cells = linkedCells();
  const trace: string[] = [];
  const silent = cells.far.spawn(function* silent(self: Self): ProcessGenerator {
    yield* self.sleep(10_000);
  }, []);
  cells.near.spawn(asks(remote(silent), trace, cells.clock), []);
  cells.until(500);
  assert.equal(trace, ["60 scheduler: answer or failed in asked, nothing for 50 ms"]);
  assert.equal(cells.crashes, []);
});

spec("a witness counts from what its party took or said last, and says how far it has come", () => {
  const { cell, clock, until } = handCell();
  const party = cell.spawn(function* party(self: Self<{ type: "go" }>): ProcessGenerator {
    yield* self.receive("go");
  }, []);
  until(0);
  const ledger = new Ledger(party, clock.now());
  const told: TestimonyMessage[] = [];
  const by = cell.spawn(witness(party, ledger), []);
  const asker = cell.spawn(function* asker(self: Self<TestimonyMessage>): ProcessGenerator {
    for (;;) told.push((yield* self.receive("testimony")) as TestimonyMessage);
  }, []);
  const ask = (question: number, said: number) => {
    cell.post(by, { type: "testify", talk: "t", from: asker, question, said });
    until(clock.now() / 1000);
    const { lost, spoke, ownUs, ...rest } = told.at(-1)!;
    assert.is(rest.question, question);
    return { lost, spoke, ownUs };
  };
  until(10);
  ledger.heard(1, clock.now());
  until(30);
  ledger.spoke(1, clock.now());
  until(50);
  assert.equal(ask(1, 1), { lost: false, spoke: 1, ownUs: 20_000 });
  ledger.heard(2, clock.now());
  until(55);
  assert.equal(ask(2, 2), { lost: false, spoke: 1, ownUs: 5000 });
  // Nothing of this conversation waits there, whatever else does.
  cell.post(party, { type: "lost", board: "other" });
  assert.equal(ask(3, 3), { lost: true, spoke: 1, ownUs: 0 });
});

spec("who does not look is not told: a limit says something about the one who has to keep it only", () => {
  const { cell, clock, trace, crashes, until } = handCell();
  const peer = cell.spawn(server, [5]);
  cell.spawn(function* busy(self: Self): ProcessGenerator {
    const talk = openConversation(self, meter, "client", peer);
    talk.send({ type: "ask", channel: 1 });
    yield* self.sleep(200);
    const heard = (yield* talk.receive()) as { type: string } | DownMessage;
    trace.push(`${clock.now() / 1000} ${heard.type}`);
  }, []);
  until(500);
  assert.equal(trace, ["200 answer"]);
  assert.equal(crashes, []);
});

/** The pid as another cell knows it. */
function remote(pid: Pid): Pid {
  const wire = exportPid(pid);
  return importPid(wire.board === "bench" ? wire : { ...wire, life: LIFE });
}
