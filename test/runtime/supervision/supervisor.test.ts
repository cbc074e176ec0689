import * as assert from "uvu/assert";
import { BAND } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import {
  type ChildSpec,
  type Restart,
  type SupervisorEvent,
  supervisor,
} from "../../../runtime/supervision/supervisor.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "../process/hand-cell.ts";

type End = "normal" | "shutdown" | "crash";

/** Lives 10 ms, then ends in the given way. */
function* mortal(self: Self, end: End) {
  yield* self.sleep(10);
  if (end === "crash") throw new Error("crash");
  if (end === "shutdown") {
    self.exit(self.pid, "shutdown");
    yield* self.sleep(0);
  }
}

function setUp(children: readonly ChildSpec[], intensity = 3, periodMs = 1000) {
  const hand = handCell();
  const onEvent = (event: SupervisorEvent) => {
    const about = event.kind === "started" ? `#${event.restarts}` : "";
    hand.trace.push(`${Math.round(hand.clock.now() / 1000)} ${event.kind} ${event.id}${about}`);
  };
  const spec = { strategy: "oneForOne", intensity, periodMs, children, onEvent } as const;
  const pid = hand.cell.spawn(supervisor(spec), [], { band: BAND.system, label: "supervisor" });
  return { ...hand, pid };
}

function child(id: string, restart: Restart, end: End): ChildSpec {
  return { id, restart, start: (self) => self.spawn(mortal, [end]) };
}

const restarted: Record<Restart, Record<End, boolean>> = {
  permanent: { normal: true, shutdown: true, crash: true },
  transient: { normal: false, shutdown: false, crash: true },
  temporary: { normal: false, shutdown: false, crash: false },
};

for (const restart of ["permanent", "transient", "temporary"] as const) {
  for (const end of ["normal", "shutdown", "crash"] as const) {
    const wanted = restarted[restart][end];
    spec(`a ${restart} child that ends by ${end} is ${wanted ? "" : "not "}restarted`, () => {
      const { trace, until } = setUp([child("a", restart, end)]);
      until(15);
      const expected = ["0 started a#0", "10 ended a", ...(wanted ? ["10 started a#1"] : [])];
      assert.equal(trace, expected);
    });
  }
}

spec("only the one that ended is restarted", () => {
  const { trace, until } = setUp([
    child("a", "permanent", "crash"),
    { id: "b", restart: "permanent", start: (self) => self.spawn(idle, []) },
  ]);
  until(15);
  assert.equal(trace, ["0 started a#0", "0 started b#0", "10 ended a", "10 started a#1"]);
});

spec("more restarts than the intensity within the period end the supervisor and its children", () => {
  const { cell, trace, until } = setUp(
    [
      { id: "b", restart: "permanent", start: (self) => self.spawn(idle, []) },
      child("a", "permanent", "crash"),
    ],
    3,
    1000,
  );
  until(100);
  const starts = trace.filter((line) => line.includes("started a"));
  assert.is(starts.length, 4, "the first start and three restarts");
  assert.is(trace.at(-1), "40 gaveUp a");
  assert.is(cell.processCount, 0, "nothing is left running");
});

spec("restarts that are far enough apart go on for ever", () => {
  const { trace, until } = setUp([child("a", "permanent", "crash")], 1, 15);
  until(1000);
  assert.ok(trace.filter((line) => line.includes("ended")).length >= 1);
  assert.ok(
    trace.some((line) => line.includes("gaveUp")),
    "two within 15 ms are too many",
  );
  const slow = setUp([child("a", "permanent", "crash")], 1, 9);
  slow.until(1000);
  assert.is(slow.trace.filter((line) => line.includes("gaveUp")).length, 0);
  assert.ok(slow.trace.length > 190);
});

spec("a stop asks the children in reverse order and kills the one that does not listen", () => {
  const asked: string[] = [];
  function* polite(self: Self, name: string) {
    self.trapExit();
    yield* self.receive("exit");
    asked.push(name);
  }
  function* deaf(self: Self) {
    self.trapExit();
    for (;;) yield* self.sleep(60_000);
  }
  const { cell, clock, pid, until } = setUp([
    { id: "first", restart: "permanent", start: (self) => self.spawn(polite, ["first"]) },
    { id: "deaf", restart: "permanent", shutdownMs: 100, start: (self) => self.spawn(deaf, []) },
    { id: "last", restart: "permanent", start: (self) => self.spawn(polite, ["last"]) },
  ]);
  until(5);
  cell.exit(undefined, pid, "shutdown");
  until(1000);
  assert.equal(asked, ["last", "first"]);
  assert.is(cell.processCount, 0);
  assert.is(clock.now(), 1_000_000);
});

spec("a child that unlinked itself is still seen to die", () => {
  const { trace, until } = setUp([
    {
      id: "naughty",
      restart: "temporary",
      start: (self) =>
        self.spawnLink(function* naughty(self: Self) {
          yield* self.sleep(1);
          self.kill(self.pid);
          yield* self.sleep(1);
        }, []),
    },
  ]);
  until(10);
  assert.equal(trace.at(-1), "1 ended naughty");
});

function* idle(self: Self) {
  yield* self.receive();
}
