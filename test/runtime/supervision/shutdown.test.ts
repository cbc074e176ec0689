/** How children are ended: obeying ones, deaf ones, naughty ones, each within its limit, last started first. */
import * as assert from "uvu/assert";
import type { ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { ChildSpec, Shutdown, StartFunction } from "../../../runtime/supervision/child-spec.ts";
import { nestedSupervisor } from "../../../runtime/supervision/supervisor.ts";
import { startChildWith, terminateChild } from "../../../runtime/supervision/supervisor-client.ts";
import { spec } from "../../harness/spec.ts";
import * as misbehaving from "../fixtures/misbehaving.ts";
import { type Supervised, supervise } from "./supervised.ts";

const { idles, deaf, ignoresShutdown, slowToEnd, unlinks, floods, crashesWhenAsked, leaks, attacks } =
  misbehaving;

function child(id: string, start: StartFunction, shutdownMs?: Shutdown): ChildSpec {
  return { id, start, ...(shutdownMs === undefined ? {} : { shutdownMs }) };
}

/** Asks the supervisor to end and says what was told, with the times since then, ms. */
function shutDown(board: Supervised): readonly string[] {
  const startMs = board.clock.now() / 1000;
  const before = board.trace.length;
  board.cell.exit(undefined, board.pid, "shutdown");
  board.until(startMs + 30_000);
  assert.is(board.ended(), "shutdown");
  board.nothingLeft();
  return board.trace.slice(before).map((line) => {
    const [ms, ...words] = line.split(" ");
    return `${Number(ms) - startMs} ${words.join(" ")}`;
  });
}

const children: readonly [string, StartFunction, Shutdown, string][] = [
  ["obeys", (self) => self.spawn(idles, []), 100, "0 stopped c: shutdown"],
  ["ignores shutdown", (self) => self.spawn(ignoresShutdown, []), 100, "100 stopped c: killed"],
  ["never looks at its mailbox", (self) => self.spawn(deaf, []), 100, "100 stopped c: killed"],
  ["takes its time", (self) => self.spawn(slowToEnd, [60]), 100, "60 stopped c: shutdown"],
  ["takes too long", (self) => self.spawn(slowToEnd, [160]), 100, "100 stopped c: killed"],
  ["ends for another reason", (self) => self.spawn(slowToEnd, [5, "normal"]), 100, "5 stopped c: normal"],
  [
    "crashes when asked",
    (self) => self.spawn(crashesWhenAsked, []),
    100,
    "0 stopped c: Error: crash on shutdown",
  ],
  ["has cut its link", (self) => self.spawn(unlinks, [self.pid]), 100, "0 stopped c: shutdown"],
  ["floods its supervisor", (self) => self.spawn(floods, [self.pid]), 100, "0 stopped c: shutdown"],
  ["leaks", (self) => self.spawn(leaks, [1000]), 100, "0 stopped c: shutdown"],
  [
    "sends its supervisor exit signals",
    (self) => self.spawn(attacks, [self.pid]),
    100,
    "0 stopped c: shutdown",
  ],
  ["is killed without being asked", (self) => self.spawn(slowToEnd, [60]), "brutal", "0 stopped c: killed"],
];

for (const [how, start, shutdownMs, seen] of children) {
  spec(`a child that ${how} is ended: ${seen}`, () => {
    const board = supervise({ children: [child("c", start, shutdownMs)] });
    board.until(10);
    assert.equal(shutDown(board), [seen]);
  });

  spec(`a child that ${how} is ended by terminateChild, and the answer comes then`, () => {
    const board = supervise({ children: [child("c", start, shutdownMs)] });
    board.until(10);
    const result = board.later((self, sup) => terminateChild(self, sup, "c"));
    const afterMs = Number(seen.split(" ")[0]);
    if (afterMs > 0) {
      board.until(10 + afterMs - 1);
      assert.not("answer" in result, "not ended yet");
      assert.equal(board.states(), ["c stopping"]);
    }
    board.until(10 + afterMs);
    assert.equal(result, { answer: { ok: true } });
    assert.equal(board.states(), ["c idle"]);
  });
}

spec("a supervisor without children runs until it is asked to end", () => {
  const board = supervise({ children: [] });
  board.until(10);
  assert.equal(board.states(), []);
  assert.equal(shutDown(board), []);
});

spec("children are ended one after the other, last started first, each within its own limit", () => {
  const board = supervise({
    children: [
      child("first", (self) => self.spawn(slowToEnd, [10])),
      child("deaf", (self) => self.spawn(deaf, []), 100),
      child("brutal", (self) => self.spawn(deaf, []), "brutal"),
      child("last", (self) => self.spawn(slowToEnd, [20])),
    ],
  });
  board.until(1);
  assert.equal(shutDown(board), [
    "20 stopped last: shutdown",
    "20 stopped brutal: killed",
    "120 stopped deaf: killed",
    "130 stopped first: shutdown",
  ]);
});

spec("children that end by themselves while others are being stopped are not waited for", () => {
  const ends: readonly ExitReason[] = [
    "normal",
    "shutdown",
    { shutdown: "test" },
    { error: "other", stack: "" },
  ];
  const restarts = ["temporary", "transient", "permanent"] as const;
  const board = supervise({
    children: [
      child("a", (self) => self.spawn(idles, [])),
      ...restarts.flatMap((restart) =>
        ends.map(
          (reason, n): ChildSpec => ({
            id: `${restart} ${n}`,
            restart,
            start: (self) => self.spawn(misbehaving.endsAfter, [50, reason]),
          }),
        ),
      ),
      child("z", (self) => self.spawn(slowToEnd, [100])),
    ],
  });
  board.until(1);
  const told = shutDown(board);
  assert.is(told.length, 14);
  assert.is(told.at(-2), "100 stopped z: shutdown");
  assert.is(told.at(-1), "100 stopped a: shutdown");
  assert.ok(
    told.slice(0, 12).every((line) => line.startsWith("49 ended")),
    told.join("\n"),
  );
});

spec("the children of a simpleOneForOne are ended all at once", () => {
  const board = supervise({
    strategy: "simpleOneForOne",
    children: [child("c", (self, ...args: [number]) => self.spawn(slowToEnd, args), 100)],
  });
  for (const ms of [50, 50, 150, 0]) board.ask((self, sup) => startChildWith(self, sup, [ms]));
  board.until(1);
  assert.equal(shutDown(board), [
    "0 stopped c: shutdown",
    "50 stopped c: shutdown",
    "50 stopped c: shutdown",
    "100 stopped c: killed",
  ]);
});

spec("the children of a simpleOneForOne are killed all at once where that was asked for", () => {
  const board = supervise({
    strategy: "simpleOneForOne",
    children: [
      { id: "c", restart: "temporary", shutdownMs: "brutal", start: (self) => self.spawn(deaf, []) },
    ],
  });
  for (let n = 0; n < 10; n++) board.ask((self, sup) => startChildWith(self, sup, []));
  board.until(1);
  assert.equal(shutDown(board), Array(10).fill("0 stopped c: killed"));
});

for (const restart of ["permanent", "transient", "temporary"] as const) {
  spec(`${restart} children of a simpleOneForOne may end for any reason when they are asked`, () => {
    const board = supervise({
      strategy: "simpleOneForOne",
      children: [
        { id: "c", restart, start: (self, ...args: [number, ExitReason]) => self.spawn(slowToEnd, args) },
      ],
    });
    const reasons: readonly ExitReason[] = [
      "normal",
      "shutdown",
      { shutdown: "test" },
      { error: "other", stack: "" },
    ];
    for (const reason of reasons) board.ask((self, sup) => startChildWith(self, sup, [1, reason]));
    board.until(1);
    assert.equal(shutDown(board), [
      "1 stopped c: normal",
      "1 stopped c: shutdown",
      "1 stopped c: shutdown: test",
      "1 stopped c: other",
    ]);
  });
}

spec("a supervisor among the children gets all the time that its own children need", () => {
  const inner = nestedSupervisor("inner", {
    strategy: "oneForOne",
    children: [child("slow", (self) => self.spawn(deaf, []), 5000)],
  });
  const board = supervise({ children: [child("a", (self) => self.spawn(idles, [])), inner] });
  board.until(1);
  assert.equal(shutDown(board), ["5000 stopped inner: shutdown", "5000 stopped a: shutdown"]);
});

spec("a supervisor that is killed takes its children along", () => {
  const board = supervise({
    children: [
      child("a", (self) => self.spawn(idles, [])),
      nestedSupervisor("inner", {
        strategy: "oneForOne",
        children: [child("b", (self) => self.spawn(idles, []))],
      }),
    ],
  });
  board.end(board.pid, "kill");
  assert.is(board.ended(), "killed");
  board.nothingLeft();
});

spec("a flooded supervisor sees the end of a child, restarts it and ends when asked", () => {
  const board = supervise({
    intensity: 10,
    children: [
      child("flood", (self) => self.spawn(floods, [self.pid])),
      child("m", (self) => self.spawn(misbehaving.crashesAfter, [10])),
    ],
  });
  board.until(15);
  assert.ok(board.cell.counts.overflow > 0, "it was flooded");
  assert.ok(board.trace.includes("10 started m#1"), board.trace.join("\n"));
  assert.equal(shutDown(board), ["0 stopped m: shutdown", "0 stopped flood: shutdown"]);
});

spec("whatever is sent to a supervisor does not end it", () => {
  const board = supervise({ children: [child("a", (self) => self.spawn(idles, []))] });
  const odd: readonly unknown[] = [
    null,
    undefined,
    5,
    "call",
    { type: "call" },
    { type: "call", from: board.pid, ref: 1, request: { kind: "nonsense" } },
    { type: "call", from: board.pid, ref: 1, request: { kind: "terminate" } },
    { type: "call", from: board.pid, ref: 1, request: { kind: "start", spec: 5 } },
    { type: "call", from: board.pid, ref: 1, request: { kind: "startWith", args: 5 } },
    { type: "call", from: board.pid, ref: 1, request: { kind: "change", change: null } },
    { type: "call", from: board.pid, ref: 1, request: null },
    { type: "childStarted" },
    { type: "childStarted", pid: board.pid, outcome: "ready" },
  ];
  for (const message of odd) board.cell.post(board.pid, message);
  board.until(1);
  assert.equal(board.states(), ["a running"]);
});

spec("an exit signal of somebody else ends a supervisor, a normal one does not", () => {
  const board = supervise({ children: [child("a", (self) => self.spawn(idles, []))] });
  board.cell.spawn(function* stranger(self: Self) {
    self.link(board.pid);
  }, []);
  board.until(1);
  assert.equal(board.states(), ["a running"]);
  board.cell.spawn(function* stranger(self: Self) {
    self.link(board.pid);
    throw new Error("stranger");
  }, []);
  board.until(2);
  assert.is(board.ended(), "Error: stranger");
  board.nothingLeft();
});
