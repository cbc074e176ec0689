/** Any number of children of one kind, started by message with arguments. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as assert from "uvu/assert";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type { ChildSpec, Restart, StartFunction } from "../../../runtime/supervision/child-spec.ts";
import {
  countChildren,
  startChildWith,
  terminateChild,
  whichChild,
  whichChildren,
} from "../../../runtime/supervision/supervisor-client.ts";
import { spec } from "../../harness/spec.ts";
import { idles } from "../fixtures/misbehaving.ts";
import { CRASH, type Supervised, supervise, type TestSpec } from "./supervised.ts";

function simple(start: StartFunction, more: Partial<ChildSpec & TestSpec> = {}): Supervised {
  const { restart = "permanent", type = "worker", ...others } = more;
  const template: ChildSpec = { id: "c", restart, type, start };
  return supervise({ strategy: "simpleOneForOne", intensity: 20, ...others, children: [template] });
}

const plain: StartFunction = (self) => self.spawn(idles, []);

function startOne(b: Supervised, ...args: unknown[]) {
  const started = b.ask((self, sup) => startChildWith(self, sup, args));
  assert.ok(started.ok, JSON.stringify(started));
  return started.pid!;
}

function startMany(b: Supervised, n: number): readonly Pid[] {
  const pids: Pid[] = [];
  b.ask(function* startAll(self: Self, sup) {
    for (let i = 0; i < n; i++) {
      const started = yield* startChildWith(self, sup, []);
      if (started.ok) pids.push(started.pid!);
    }
  });
  return pids;
}

function count(b: Supervised): readonly number[] {
  const { specs, active, supervisors, workers } = b.ask(countChildren);
  return [specs, active, supervisors, workers];
}

spec("none is started with the supervisor; each is known by its pid", () => {
  const b = simple(plain);
  assert.equal(count(b), [1, 0, 0, 0]);
  const first = startOne(b);
  const second = startOne(b);
  assert.equal(count(b), [1, 2, 0, 2]);
  const pids = b.ask(whichChildren).map(({ pid }) => pid);
  assert.equal(pids, [first, second]);
  const found = b.ask((self, sup) => whichChild(self, sup, second));
  assert.ok(found.ok && found.child.pid === second);
  assert.equal(
    b.ask((self, sup) => terminateChild(self, sup, first)),
    { ok: true },
  );
  assert.equal(count(b), [1, 1, 0, 1]);
  const notFound = { ok: false, error: { code: "notFound" } };
  for (const stranger of [first, b.pid]) {
    assert.equal(
      b.ask((self, sup) => terminateChild(self, sup, stranger)),
      notFound,
    );
  }
});

spec("a child that crashed is started again alone, with its arguments and what its start tells", () => {
  const begun: unknown[] = [];
  const b = simple((self, ...args: never[]) => {
    begun.push(args);
    return { pid: self.spawn(idles, []), info: args };
  });
  const started = b.ask((self, sup) => startChildWith(self, sup, ["a", { n: 1 }]));
  assert.ok(started.ok);
  assert.equal(started.info, ["a", { n: 1 }]);
  const other = startOne(b, "b");
  b.end(started.pid!, CRASH);
  assert.equal(begun, [["a", { n: 1 }], ["b"], ["a", { n: 1 }]]);
  assert.equal(count(b), [1, 2, 0, 2]);
  const old = b.ask((self, sup) => terminateChild(self, sup, started.pid!));
  assert.equal(old, { ok: false, error: { code: "notFound" } }, "it has another pid now");
  assert.ok(b.ask(whichChildren).some(({ pid }) => pid === other));
});

spec("too many restarts of any of them end all", () => {
  const b = simple(plain, { intensity: 2 });
  startOne(b);
  startOne(b);
  for (let n = 0; n < 3; n++) b.end(b.ask(whichChildren)[n % 2]!.pid!, CRASH);
  assert.is(b.ended(), "shutdown: c reached its restart intensity");
  b.nothingLeft();
});

spec("a child that cannot be started again is tried until the intensity ends all", () => {
  let works = true;
  const b = simple(
    (self) => {
      if (!works) throw new Error("not now");
      return self.spawn(idles, []);
    },
    { intensity: 4 },
  );
  const first = startOne(b);
  startOne(b);
  works = false;
  b.end(first, CRASH);
  b.until(1000);
  assert.is(b.trace.filter((line) => line.includes("startFailed")).length, 4);
  assert.is(b.ended(), "shutdown: c reached its restart intensity");
  b.nothingLeft();
});

spec("a start that fails is told, and no child is kept", () => {
  const b = simple(() => {
    throw new Error("no such thing");
  });
  const result = b.ask((self, sup) => startChildWith(self, sup, []));
  assert.ok(!result.ok && result.error.code === "startFailed");
  assert.equal(b.ask(whichChildren), []);
  assert.is(b.ended(), undefined);
});

for (const restart of ["permanent", "transient", "temporary"] as const) {
  spec(`a ${restart} child that is not wanted is not kept, at its first start or later`, () => {
    let wanted = false;
    const b = simple((self) => (wanted ? self.spawn(idles, []) : undefined), { restart });
    assert.equal(
      b.ask((self, sup) => startChildWith(self, sup, [])),
      { ok: true, pid: undefined, info: undefined },
    );
    assert.equal(b.ask(whichChildren), []);
    wanted = true;
    const pid = startOne(b);
    wanted = false;
    b.end(pid, "kill");
    assert.equal(b.ask(whichChildren), []);
    b.end(b.pid, "shutdown");
    assert.is(b.ended(), "shutdown");
    b.nothingLeft();
  });
}

spec("children that are being tried again are counted, listed, and can be stopped by their last pid", () => {
  let works = true;
  const b = simple((self) => {
    if (!works) throw new Error("not now");
    return self.spawn(idles, []);
  });
  const pids = [startOne(b), startOne(b), startOne(b)] as const;
  works = false;
  b.end(pids[0], CRASH);
  b.end(pids[1], CRASH);
  b.until(25);
  assert.equal(count(b), [1, 1, 0, 3]);
  assert.equal(b.states(), ["c restarting", "c restarting", "c running"]);
  assert.equal(
    b.ask((self, sup) => terminateChild(self, sup, pids[0])),
    { ok: true },
  );
  assert.equal(count(b), [1, 1, 0, 2]);
  works = true;
  b.until(1000);
  assert.equal(count(b), [1, 2, 0, 2]);
  b.end(b.pid, "shutdown");
  b.nothingLeft();
});

for (const type of ["worker", "supervisor"] as const) {
  spec(`2000 children of type ${type} are counted, listed in order, and killed`, () => {
    const b = simple(plain, { restart: "temporary", type });
    const all = startMany(b, 2000);
    assert.equal(count(b), type === "worker" ? [1, 2000, 0, 2000] : [1, 2000, 2000, 0]);
    const listed = b.ask(whichChildren).map(({ pid }) => pid);
    assert.ok(listed.every((pid, n) => pid === all[n]));
    for (const pid of all) b.cell.exit(undefined, pid, "kill");
    b.cell.run();
    assert.equal(count(b), [1, 0, 0, 0]);
  });
}

/** Time that `terminateChild` of `n` children takes, ms of the machine; the lesser of two. */
function stopMs(n: number): number {
  return Math.min(
    ...[1, 2].map(() => {
      const b = simple(plain, { restart: "temporary" });
      const pids = startMany(b, n);
      const before = performance.now();
      b.ask(function* stopAll(self: Self, sup) {
        for (const pid of pids) yield* terminateChild(self, sup, pid);
      });
      return performance.now() - before;
    }),
  );
}

spec("stopping ten times as many children takes about ten times as long", () => {
  stopMs(500);
  const few = stopMs(500);
  const many = stopMs(5000);
  // Ten is linear; a search through all of them would be a hundred.
  assert.ok(many / few < 40, `500 in ${few} ms, 5,000 in ${many} ms`);
});

spec("what a temporary child was started with is not kept, of others it is", () => {
  const collect = collector();
  const keptBytes = (restart: Restart) => {
    const b = simple((self, ..._args: never[]) => self.spawn(idles, []), { restart });
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 50; n++)
      startOne(
        b,
        Array.from({ length: 10_000 }, (_, i) => i + n / 7),
      );
    collect();
    const bytes = process.memoryUsage().heapUsed - before;
    assert.equal(count(b), [1, 50, 0, 50]);
    return bytes;
  };
  const temporary = keptBytes("temporary");
  const permanent = keptBytes("permanent");
  assert.ok(temporary < 1_000_000, `temporary: ${temporary} bytes`);
  assert.ok(permanent > 3_000_000, `permanent: ${permanent} bytes`);
});

/** A full collection, without a flag on the command line. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
