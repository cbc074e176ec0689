/** Children that say when they are ready: the order of starts then means that the former is ready. */
import * as assert from "uvu/assert";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { acknowledgeStart, declineStart } from "../../../runtime/supervision/acknowledge-start.ts";
import type { ChildSpec, Restart } from "../../../runtime/supervision/child-spec.ts";
import {
  countChildren,
  restartChild,
  startChild,
  terminateChild,
} from "../../../runtime/supervision/supervisor-client.ts";
import { spec } from "../../harness/spec.ts";
import { crashesAtStart, deaf, endsAfter, idles, slowToEnd } from "../fixtures/misbehaving.ts";
import { CRASH, supervise } from "./supervised.ts";

/** Says after `ms` that it is ready. */
function* prepares(self: Self, supervisor: Pid, ms: number) {
  yield* self.sleep(ms);
  acknowledgeStart(self, supervisor, `ready after ${ms}`);
  for (;;) yield* self.receive();
}

function* declines(self: Self, supervisor: Pid, ms: number) {
  yield* self.sleep(ms);
  declineStart(self, supervisor);
  for (;;) yield* self.receive();
}

function slow(id: string, ms: number, startMs = 100): ChildSpec {
  return { id, startMs, start: (self) => self.spawn(prepares, [self.pid, ms]) };
}

const quick: ChildSpec = { id: "quick", start: (self) => self.spawn(idles, []) };

for (const strategy of ["oneForOne", "oneForAll", "restForOne"] as const) {
  spec(`${strategy}: a child is started when those before it are ready`, () => {
    const board = supervise({ strategy, children: [slow("a", 20), slow("b", 30), quick] });
    assert.equal(board.states(), ["a starting", "b idle", "quick idle"], "it answers while a child starts");
    board.until(25);
    assert.equal(board.states(), ["a running", "b starting", "quick idle"]);
    board.until(100);
    assert.equal(board.trace, ["20 started a#0", "50 started b#0", "50 started quick#0"]);
  });
}

const failures: readonly [string, ChildSpec, string, number][] = [
  [
    "throws",
    { id: "b", startMs: 100, start: (self) => self.spawn(crashesAtStart, []) },
    "Error: crash at start",
    0,
  ],
  ["is not ready in time", slow("b", 200), "late", 100],
  ["hears nothing", { id: "b", startMs: 100, start: (self) => self.spawn(deaf, []) }, "late", 100],
  [
    "has a start function that throws",
    {
      id: "b",
      start: () => {
        throw new Error("no resources");
      },
    },
    "Error: no resources",
    0,
  ],
];

for (const [how, child, reason, ms] of failures) {
  spec(`a first start that ${how} ends the supervisor, the others in reverse`, () => {
    const board = supervise({ children: [quick, slow("a", 0), child, slow("never", 0)] });
    board.until(1000);
    assert.equal(board.trace, [
      "0 started quick#0",
      "0 started a#0",
      `${ms} startFailed b: ${reason}`,
      `${ms} gaveUp b: ${reason}`,
      `${ms} stopped a: shutdown`,
      `${ms} stopped quick: shutdown`,
    ]);
    assert.is(board.ended(), `shutdown: b did not start: ${reason}`);
    board.nothingLeft();
  });
}

spec("a child that is being restarted slowly holds up nobody", () => {
  const board = supervise({ intensity: 5, children: [slow("a", 50), quick] });
  board.until(60);
  board.end(board.pidOf("a"), CRASH);
  assert.equal(board.states(), ["a starting", "quick running"]);
  board.end(board.pidOf("quick"), CRASH);
  assert.equal(board.states(), ["a starting", "quick running"], "quick is back before a is ready");
  board.until(200);
  assert.equal(board.trace.slice(2), [
    "60 ended a: Error: crash",
    "60 ended quick: Error: crash",
    "60 started quick#1",
    "110 started a#1",
  ]);
});

spec("a restart that fails is tried again after a pause that doubles, and counts", () => {
  let works = true;
  const flaky: ChildSpec = {
    id: "a",
    start: (self) => {
      if (!works) throw new Error("not now");
      return self.spawn(idles, []);
    },
  };
  const board = supervise({ intensity: 5, periodMs: 10_000, children: [flaky] });
  board.until(10);
  works = false;
  board.end(board.pidOf("a"), CRASH);
  assert.equal(board.states(), ["a restarting"]);
  board.until(75);
  works = true;
  board.until(1000);
  assert.equal(board.trace, [
    "0 started a#0",
    "10 ended a: Error: crash",
    "10 startFailed a: Error: not now",
    "20 startFailed a: Error: not now",
    "40 startFailed a: Error: not now",
    "80 started a#1",
  ]);
  works = false;
  board.end(board.pidOf("a"), CRASH);
  board.until(2000);
  assert.equal(board.trace.slice(6), [
    "1000 ended a: Error: crash",
    "1000 startFailed a: Error: not now",
    "1000 gaveUp a: Error: not now",
  ]);
  board.nothingLeft();
});

for (const strategy of ["oneForOne", "oneForAll", "restForOne"] as const) {
  spec(
    `${strategy}: a child that cannot be started again ends the supervisor and all others in the end`,
    () => {
      let works = true;
      const flaky: ChildSpec = {
        id: "a",
        start: (self) => {
          if (!works) throw new Error("not now");
          return self.spawn(idles, []);
        },
      };
      const board = supervise({ strategy, intensity: 4, periodMs: 10_000, children: [flaky, quick] });
      works = false;
      board.end(board.pidOf("a"), CRASH);
      board.until(1000);
      assert.is(board.trace.filter((line) => line.includes("startFailed a")).length, 4);
      assert.is(board.ended(), "shutdown: a reached its restart intensity");
      board.nothingLeft();
    },
  );
}

spec("a child that dies young may be made to wait as well", () => {
  const board = supervise({
    intensity: 10,
    backoff: { firstMs: 20, longestMs: 50, healthyMs: 100 },
    children: [quick],
  });
  for (const ms of [10, 40, 100, 160]) {
    board.until(ms);
    board.end(board.pidOf("quick"), CRASH);
  }
  board.until(400);
  board.end(board.pidOf("quick"), CRASH);
  board.until(1000);
  const starts = board.trace.filter((line) => line.includes("started"));
  assert.equal(starts, [
    "0 started quick#0",
    "30 started quick#1",
    "80 started quick#2",
    "150 started quick#3",
    "210 started quick#4",
    "400 started quick#5",
  ]);
});

spec(
  "oneForAll: when another fails to start, those that were started again are ended and all are tried again",
  () => {
    let fails = 0;
    const second: ChildSpec = {
      id: "b",
      start: (self) => {
        if (fails-- > 0) throw new Error("not now");
        return self.spawn(idles, []);
      },
    };
    const board = supervise({ strategy: "oneForAll", intensity: 3, children: [quick, second] });
    board.news();
    fails = 1;
    board.end(board.pidOf("quick"), CRASH);
    board.until(100);
    assert.equal(board.news(), [
      "ended quick: Error: crash",
      "stopped b: shutdown",
      "started quick#1",
      "startFailed b: Error: not now",
      "stopped quick: shutdown",
      "started quick#2",
      "started b#1",
    ]);
  },
);

spec("restForOne: when another fails to start, those before it stay", () => {
  let fails = 0;
  const second: ChildSpec = {
    id: "b",
    start: (self) => {
      if (fails-- > 0) throw new Error("not now");
      return self.spawn(idles, []);
    },
  };
  const board = supervise({ strategy: "restForOne", intensity: 3, children: [quick, second, slow("c", 0)] });
  board.until(1);
  board.news();
  fails = 1;
  board.end(board.pidOf("quick"), CRASH);
  board.until(100);
  assert.equal(board.news(), [
    "ended quick: Error: crash",
    "stopped c: shutdown",
    "stopped b: shutdown",
    "started quick#1",
    "startFailed b: Error: not now",
    "started b#1",
    "started c#1",
  ]);
});

spec("a member of a group that crashes while the group is being started again starts it over", () => {
  const board = supervise({
    strategy: "oneForAll",
    intensity: 5,
    children: [quick, slow("b", 50), slow("c", 10)],
  });
  board.until(100);
  board.news();
  board.end(board.pidOf("c"), CRASH);
  board.until(120);
  assert.equal(board.states(), ["quick running", "b starting", "c restarting"]);
  board.end(board.pidOf("quick"), CRASH);
  board.until(300);
  assert.equal(board.news(), [
    "ended c: Error: crash",
    "stopped b: shutdown",
    "stopped quick: shutdown",
    "started quick#1",
    "ended quick: Error: crash",
    "stopped b: shutdown",
    "started quick#2",
    "started b#1",
    "started c#1",
  ]);
});

spec("a member of a group that ends by itself before it is asked is no further failure", () => {
  const board = supervise({
    strategy: "oneForAll",
    intensity: 1,
    children: [
      { id: "ends", start: (self) => self.spawn(endsAfter, [30, CRASH]) },
      { id: "slow", start: (self) => self.spawn(slowToEnd, [50]) },
      quick,
    ],
  });
  board.until(10);
  board.news();
  board.end(board.pidOf("quick"), CRASH);
  board.until(70);
  assert.equal(board.news(), [
    "ended quick: Error: crash",
    "ended ends: Error: crash",
    "stopped slow: shutdown",
    "started ends#1",
    "started slow#1",
    "started quick#1",
  ]);
});

spec("each failed start is told with its own reason", () => {
  let starts = 0;
  const bodies = [prepares, deaf, crashesAtStart, prepares] as const;
  const child: ChildSpec = {
    id: "a",
    startMs: 50,
    start: (self) => self.spawn(bodies[starts++] as typeof prepares, [self.pid, 0]),
  };
  const board = supervise({ intensity: 5, children: [child] });
  board.until(1);
  board.news();
  board.end(board.pidOf("a"), CRASH);
  board.until(500);
  assert.equal(board.news(), [
    "ended a: Error: crash",
    "startFailed a: late",
    "startFailed a: Error: crash at start",
    "started a#1",
  ]);
});

for (const restart of ["permanent", "temporary"] as const satisfies readonly Restart[]) {
  spec(
    `a ${restart} child that is not wanted is ${restart === "temporary" ? "forgotten" : "kept, down"}`,
    () => {
      const unwanted: readonly ChildSpec[] = [
        { id: "at once", restart, start: () => undefined },
        { id: "later", restart, startMs: 100, start: (self) => self.spawn(declines, [self.pid, 10]) },
      ];
      const board = supervise({ children: [...unwanted, quick] });
      board.until(50);
      assert.equal(
        board.states(),
        restart === "temporary" ? ["quick running"] : ["at once idle", "later idle", "quick running"],
      );
      assert.is(board.ask(countChildren).active, 1);
      assert.not(board.trace.some((line) => line.includes("Failed")));
    },
  );
}

spec("whoever asks for a child is answered when it is ready, with what it has to say", () => {
  const templates = { slow: (self: Self<never>, ms: number) => self.spawn(prepares, [self.pid, ms]) };
  const board = supervise({ templates, children: [] });
  const start = { template: "slow", args: [30] };
  const result = board.later((self, sup) => startChild(self, sup, { id: "a", startMs: 100, start }));
  assert.equal(board.states(), ["a starting"]);
  board.until(29);
  assert.not("answer" in result);
  board.until(31);
  assert.equal(result.answer, { ok: true, pid: board.pidOf("a"), info: "ready after 30" });
});

spec("a child that was asked for and is not ready in time is forgotten, and whoever asked is told", () => {
  const templates = { slow: (self: Self<never>, ms: number) => self.spawn(prepares, [self.pid, ms]) };
  const board = supervise({ templates, children: [] });
  const start = { template: "slow", args: [500] };
  const result = board.later((self, sup) => startChild(self, sup, { id: "a", startMs: 100, start }));
  board.until(101);
  assert.equal(result.answer, { ok: false, error: { code: "startFailed", reason: "late" } });
  assert.equal(board.states(), []);
  assert.is(board.cell.processCount, 2, "the supervisor and its watcher");
});

spec("a child that is terminated while it starts is down, and both who asked are told", () => {
  const board = supervise({ children: [slow("a", 50)] });
  board.until(60);
  board.ask((self, sup) => terminateChild(self, sup, "a"));
  const started = board.later((self, sup) => restartChild(self, sup, "a"));
  assert.equal(board.states(), ["a starting"]);
  assert.equal(
    board.ask((self, sup) => restartChild(self, sup, "a")),
    { ok: false, error: { code: "running" } },
  );
  assert.equal(
    board.ask((self, sup) => terminateChild(self, sup, "a")),
    { ok: true },
  );
  assert.equal(started.answer, { ok: false, error: { code: "startFailed", reason: "shutdown" } });
  assert.equal(board.states(), ["a idle"]);
});

spec("a supervisor can be ended while a child starts and others wait for it", () => {
  const board = supervise({ children: [quick, slow("a", 1000, 5000), slow("b", 0)] });
  board.until(10);
  board.end(board.pid, "shutdown");
  assert.equal(board.trace, ["0 started quick#0", "10 stopped a: shutdown", "10 stopped quick: shutdown"]);
  board.nothingLeft();
});
