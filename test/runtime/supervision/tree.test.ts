/** Supervisors under supervisors: what one cannot repair, the one above does. */
import * as assert from "uvu/assert";
import type { ChildSpec, StartFunction } from "../../../runtime/supervision/child-spec.ts";
import { nestedSupervisor } from "../../../runtime/supervision/supervisor.ts";
import {
  countChildren,
  startChild,
  terminateChild,
  whichChildren,
} from "../../../runtime/supervision/supervisor-client.ts";
import type { SupervisorSpec } from "../../../runtime/supervision/supervisor-spec.ts";
import { spec } from "../../harness/spec.ts";
import { idles } from "../fixtures/misbehaving.ts";
import { CRASH, type Supervised, supervise } from "./supervised.ts";

const templates: Record<string, StartFunction> = { idle: (self) => self.spawn(idles, []) };

function worker(id: string) {
  return { id, start: { template: "idle" } } as const satisfies ChildSpec;
}

function inner(children: readonly ChildSpec[], intensity = 1): SupervisorSpec {
  return { strategy: "oneForOne", intensity, children, templates };
}

function innerStates(b: Supervised, id: string): readonly string[] {
  const pid = b.pidOf(id);
  return b.ask((self) => whichChildren(self, pid)).map((child) => `${child.id} ${child.state}`);
}

spec("a tree is restarted as it was declared when a part of it gives up: static children only", () => {
  const b = supervise({
    strategy: "oneForAll",
    intensity: 4,
    children: [
      nestedSupervisor("one", inner([worker("x"), worker("y")])),
      nestedSupervisor("two", inner([])),
      nestedSupervisor("three", inner([]), { restart: "transient" }),
    ],
  });
  b.ask((self, sup) => terminateChild(self, sup, "three"));
  assert.equal(b.ask(countChildren), { specs: 3, active: 2, supervisors: 3, workers: 0 });
  const two = b.pidOf("two");
  for (const id of ["p", "q"]) assert.ok(b.ask((self) => startChild(self, two, worker(id))).ok);
  const children = () => b.ask((self) => whichChildren(self, two));
  b.end(children()[1]!.pid!, CRASH);
  assert.equal(innerStates(b, "two"), ["p running", "q running"]);
  b.news();
  b.end(children()[0]!.pid!, CRASH);
  assert.equal(b.news(), [
    "ended two: shutdown: p reached its restart intensity",
    "stopped one: shutdown",
    "started one#1",
    "started two#1",
    "started three#1",
  ]);
  assert.equal(innerStates(b, "one"), ["x running", "y running"]);
  assert.equal(innerStates(b, "two"), [], "what was started by message is forgotten");
  assert.is.not(b.pidOf("two"), two);
  b.end(b.pid, "shutdown");
  b.nothingLeft();
});

spec("a failure that no level can repair goes up to the root, level by level", () => {
  const broken: ChildSpec = {
    id: "broken",
    start: (self) =>
      self.spawn(function* broken(own) {
        yield* own.sleep(1);
        throw new Error("hopeless");
      }, []),
  };
  const b = supervise({
    intensity: 1,
    children: [nestedSupervisor("middle", { ...inner([nestedSupervisor("low", inner([broken]))]) })],
  });
  b.until(1000);
  assert.equal(b.trace, [
    "0 started middle#0",
    "4 ended middle: shutdown: low reached its restart intensity",
    "4 started middle#1",
    "8 ended middle: shutdown: low reached its restart intensity",
    "8 gaveUp middle: shutdown: low reached its restart intensity",
  ]);
  assert.is(b.ended(), "shutdown: middle reached its restart intensity");
  b.nothingLeft();
});

spec("a transient supervisor that gave up is not restarted: its end was orderly", () => {
  const b = supervise({
    children: [nestedSupervisor("inner", inner([worker("x")], 0), { restart: "transient" }), worker2()],
  });
  const pid = b.pidOf("inner");
  const [x] = b.ask((self) => whichChildren(self, pid));
  b.end(x!.pid!, CRASH);
  assert.equal(b.states(), ["inner idle", "w running"]);
});

function worker2(): ChildSpec {
  return { id: "w", start: (self) => self.spawn(idles, []) };
}

spec("why a first start failed is told from below to the top", () => {
  const faulty: ChildSpec = {
    id: "pump",
    start: () => {
      throw new Error("no such line");
    },
  };
  const b = supervise({ intensity: 0, children: [nestedSupervisor("devices", inner([faulty]))] });
  assert.is(b.trace.at(-1), "0 gaveUp devices: shutdown: pump did not start: Error: no such line");
  b.nothingLeft();
});

spec("children start in order and end in reverse, whatever they are called", () => {
  const ids = ["ch7", "ch3", "ch10", "ch2", "ch5"];
  const b = supervise({ strategy: "restForOne", templates, intensity: 2, children: ids.map(worker) });
  assert.equal(
    b.news(),
    ids.map((id) => `started ${id}#0`),
  );
  b.end(b.pidOf("ch10"), CRASH);
  assert.equal(b.news(), [
    "ended ch10: Error: crash",
    "stopped ch5: shutdown",
    "stopped ch2: shutdown",
    "started ch10#1",
    "started ch2#1",
    "started ch5#1",
  ]);
  b.end(b.pid, "shutdown");
  assert.equal(
    b.news(),
    ids.toReversed().map((id) => `stopped ${id}: shutdown`),
  );
  b.nothingLeft();
});

/** Time to start and stop `n` children by message, ms of the machine; the lesser of two. */
function startStopMs(n: number): number {
  return Math.min(
    ...[1, 2].map(() => {
      const b = supervise({ children: [], templates });
      const before = performance.now();
      b.ask(function* startAndStop(self, sup) {
        for (let i = 0; i < n; i++) yield* startChild(self, sup, worker(`w${i}`));
        for (let i = 0; i < n; i++) yield* terminateChild(self, sup, `w${i}`);
      });
      return performance.now() - before;
    }),
  );
}

spec("starting and stopping ten times as many named children takes about ten times as long", () => {
  startStopMs(500);
  const few = startStopMs(500);
  const many = startStopMs(5000);
  // Ten is linear; a search through all of them would be a hundred.
  assert.ok(many / few < 40, `500 in ${few} ms, 5,000 in ${many} ms`);
});
