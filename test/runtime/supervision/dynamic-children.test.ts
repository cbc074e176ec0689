/** Children that are started, stopped and looked at by message while their supervisor runs. */
import * as assert from "uvu/assert";
import type { ExportRef } from "../../../runtime/cell/kernel.ts";
import type { Self } from "../../../runtime/process/self.ts";
import type {
  ChildSpec,
  DynamicChildSpec,
  Restart,
  StartFunction,
} from "../../../runtime/supervision/child-spec.ts";
import { nestedSupervisor } from "../../../runtime/supervision/supervisor.ts";
import {
  countChildren,
  deleteChild,
  restartChild,
  SupervisorUnreachable,
  startChild,
  startChildWith,
  terminateChild,
  whichChild,
  whichChildren,
} from "../../../runtime/supervision/supervisor-client.ts";
import { spec } from "../../harness/spec.ts";
import { endsAfter, endsWhenTold, idles } from "../fixtures/misbehaving.ts";
import { CRASH, type Supervised, supervise, type TestSpec } from "./supervised.ts";

const templates: Record<string, StartFunction> = {
  idle: (self) => self.spawn(idles, []),
  endsWhenTold: (self) => self.spawn(endsWhenTold, []),
  withInfo: (self) => ({ pid: self.spawn(idles, []), info: { port: 8080 } }),
  fails: () => {
    throw new Error("no such device");
  },
  nonsense: () => 5 as never,
  unwanted: () => undefined,
  named: (self, name: string) => self.spawn(registers, [name]),
};

function* registers(self: Self, name: string) {
  self.register(name);
  for (;;) yield* self.receive();
}

function idle(id: string, restart?: Restart): DynamicChildSpec {
  return { id, start: { template: "idle" }, ...(restart === undefined ? {} : { restart }) };
}

const notFound = { ok: false, error: { code: "notFound" } };
const ok = { ok: true };

function board(more: Partial<TestSpec> = {}): Supervised {
  return supervise({ children: [], templates, intensity: 5, ...more });
}

function count(supervised: Supervised): readonly number[] {
  const { specs, active, supervisors, workers } = supervised.ask(countChildren);
  return [specs, active, supervisors, workers];
}

spec(
  "a child is started, stopped, started again, deleted; every step is refused where it does not fit",
  () => {
    const b = board();
    const { ask } = b;
    const started = ask((self, sup) => startChild(self, sup, idle("a")));
    assert.ok(started.ok);
    const first = b.pidOf("a");
    assert.equal(started, { ok: true, pid: first, info: undefined });
    assert.equal(count(b), [1, 1, 0, 1]);
    assert.equal(
      ask((self, sup) => startChild(self, sup, idle("a"))),
      { ok: false, error: { code: "alreadyStarted", pid: first } },
    );
    assert.equal(
      ask((self, sup) => restartChild(self, sup, "a")),
      { ok: false, error: { code: "running" } },
    );
    assert.equal(
      ask((self, sup) => deleteChild(self, sup, "a")),
      { ok: false, error: { code: "running" } },
    );
    for (const request of [terminateChild, restartChild, deleteChild, whichChild]) {
      assert.equal(
        ask<unknown>((self, sup) => request(self, sup, "nobody")),
        notFound,
      );
    }
    assert.equal(
      ask((self, sup) => terminateChild(self, sup, first)),
      notFound,
      "by pid only where there are no ids",
    );
    assert.equal(
      ask((self, sup) => terminateChild(self, sup, "a")),
      ok,
    );
    assert.equal(b.states(), ["a idle"]);
    assert.equal(count(b), [1, 0, 0, 1]);
    assert.equal(
      ask((self, sup) => terminateChild(self, sup, "a")),
      ok,
      "what is down already may be stopped",
    );
    assert.equal(
      ask((self, sup) => startChild(self, sup, idle("a"))),
      { ok: false, error: { code: "alreadyPresent" } },
    );
    assert.ok(ask((self, sup) => restartChild(self, sup, "a")).ok);
    assert.is.not(b.pidOf("a"), first);
    ask((self, sup) => terminateChild(self, sup, "a"));
    assert.equal(
      ask((self, sup) => deleteChild(self, sup, "a")),
      ok,
    );
    assert.equal(
      ask((self, sup) => restartChild(self, sup, "a")),
      notFound,
    );
    assert.equal(ask(whichChildren), []);
    assert.equal(count(b), [0, 0, 0, 0]);
  },
);

spec("a child that was started by message is restarted like any other", () => {
  const b = board();
  b.ask((self, sup) => startChild(self, sup, { id: "a", start: { template: "withInfo" } }));
  const first = b.pidOf("a");
  b.end(first, CRASH);
  assert.is.not(b.pidOf("a"), first);
});

spec("children that were started by message end and start with their group, after the others", () => {
  const b = board({ strategy: "oneForAll", children: [idle("a")] });
  b.ask((self, sup) => startChild(self, sup, idle("b")));
  b.news();
  b.end(b.pidOf("a"), CRASH);
  assert.equal(b.news(), ["ended a: Error: crash", "stopped b: shutdown", "started a#1", "started b#1"]);
});

spec("a start may have something to tell whoever asked, the first time and again", () => {
  const b = board();
  const child: DynamicChildSpec = { id: "a", start: { template: "withInfo" } };
  const info = { port: 8080 };
  const started = b.ask((self, sup) => startChild(self, sup, child));
  assert.equal(started, { ok: true, pid: b.pidOf("a"), info });
  b.ask((self, sup) => terminateChild(self, sup, "a"));
  const again = b.ask((self, sup) => restartChild(self, sup, "a"));
  assert.equal(again, { ok: true, pid: b.pidOf("a"), info });
});

for (const [template, error] of [
  ["fails", "Error: no such device"],
  ["nonsense", "TypeError: a start gives a pid, { pid, info } or undefined"],
] as const) {
  spec(`whoever asks is told why a start failed ("${template}"), and the child is not kept`, () => {
    const b = board();
    const result = b.ask((self, sup) => startChild(self, sup, { id: "a", start: { template } }));
    assert.ok(!result.ok && result.error.code === "startFailed");
    assert.is((result as { error: { reason: { error: string } } }).error.reason.error, error);
    assert.equal(b.states(), []);
    assert.is(b.ended(), undefined);
  });
}

spec("a child that fails when it is started again by hand stays down and is not tried again", () => {
  let works = true;
  const flaky: ChildSpec = {
    id: "a",
    start: (self) => {
      if (!works) throw new Error("not now");
      return self.spawn(idles, []);
    },
  };
  const b = board({ children: [flaky] });
  b.ask((self, sup) => terminateChild(self, sup, "a"));
  works = false;
  const result = b.ask((self, sup) => restartChild(self, sup, "a"));
  assert.ok(!result.ok && result.error.code === "startFailed");
  works = true;
  b.until(5000);
  assert.equal(b.states(), ["a idle"]);
});

spec("a child that is not wanted has no pid: a temporary one is forgotten, others are kept", () => {
  const b = board();
  const unwanted = { ok: true, pid: undefined, info: undefined };
  for (const restart of ["permanent", "transient", "temporary"] as const) {
    const child: DynamicChildSpec = { id: restart, restart, start: { template: "unwanted" } };
    assert.equal(
      b.ask((self, sup) => startChild(self, sup, child)),
      unwanted,
    );
  }
  assert.equal(b.states(), ["permanent idle", "transient idle"]);
  assert.equal(count(b), [2, 0, 0, 2]);
});

for (const strategy of ["oneForOne", "oneForAll", "restForOne"] as const) {
  spec(`${strategy}: the spec of a temporary child is forgotten with it, those of others are kept`, () => {
    for (const how of ["kill", "normal", "crash", "terminate"] as const) {
      const b = board({ strategy });
      for (const restart of ["permanent", "transient", "temporary"] as const) {
        const child: DynamicChildSpec = { id: restart, restart, start: { template: "endsWhenTold" } };
        b.ask((self, sup) => startChild(self, sup, child));
        if (how === "terminate") b.ask((self, sup) => terminateChild(self, sup, restart));
        else b.end(b.pidOf(restart), how === "crash" ? CRASH : how);
        const again = b.ask((self, sup) => startChild(self, sup, idle(restart, restart)));
        if (restart === "temporary") assert.ok(again.ok, `${how}: it may be started anew`);
        else assert.not(again.ok, `${how}: the ${restart} child is known`);
      }
    }
  });
}

spec("a name that somebody else has makes a start fail, and the holder keeps it", () => {
  const b = board();
  const holder = b.cell.spawn(registers, ["radio"]);
  b.cell.run();
  const start = { template: "named", args: ["radio"] };
  b.ask((self, sup) => startChild(self, sup, { id: "a", restart: "temporary", start }));
  b.until(1);
  assert.equal(b.states(), [], "it crashed at its first step");
  assert.is(b.cell.names.whereis("radio"), holder);
});

spec("a dead child's name is free before its replacement starts, and its timers are gone", () => {
  const heard: unknown[] = [];
  function* hears(self: Self) {
    self.register("witness");
    for (;;) heard.push(yield* self.receive());
  }
  function* pumps(self: Self) {
    self.register("pump");
    self.sendAfter(50, "witness", `from the life that began at ${self.nowUs() / 1000}`);
    for (;;) yield* self.receive();
  }
  const b = board({ children: [{ id: "pump", start: (self) => self.spawn(pumps, []) }, idle("a")] });
  b.cell.spawn(hears, []);
  for (const ms of [10, 40]) {
    b.until(ms);
    b.end(b.pidOf("pump"), "kill");
    assert.is(b.cell.names.whereis("pump"), b.pidOf("pump"));
  }
  b.until(200);
  assert.equal(heard, ["from the life that began at 40"]);
  assert.is(b.ended(), undefined);
});

spec("a body that is found by its module and name runs in the supervisor's cell, outside its band", () => {
  const resolve = ({ name }: ExportRef) => (name === "endsAfter" ? (endsAfter as never) : undefined);
  const b = board({ resolve });
  const body = { module: "misbehaving", name: "endsAfter" };
  const child: DynamicChildSpec = { id: "a", restart: "transient", start: { body, args: [10, CRASH] } };
  assert.ok(b.ask((self, sup) => startChild(self, sup, child)).ok);
  b.until(11);
  assert.equal(b.news(), ["started a#0", "ended a: Error: crash", "started a#1"]);
  const unknown: DynamicChildSpec = { id: "b", start: { body: { module: "m", name: "n" } } };
  const refused = b.ask((self, sup) => startChild(self, sup, unknown));
  assert.ok(!refused.ok && refused.error.code === "startFailed");
});

spec("children are listed in the order of their starts, with what their specs say", () => {
  const b = board({
    children: [
      { id: "ch7", start: { template: "idle" } },
      { id: "ch3", restart: "transient", shutdownMs: "brutal", start: { template: "idle" } },
      { id: "ch10", type: "supervisor", start: { template: "idle" } },
    ],
  });
  assert.equal(b.ask(whichChildren), [
    {
      id: "ch7",
      pid: b.pidOf("ch7"),
      state: "running",
      type: "worker",
      restart: "permanent",
      shutdownMs: 2000,
      significant: false,
      hold: false,
      restarts: 0,
    },
    {
      id: "ch3",
      pid: b.pidOf("ch3"),
      state: "running",
      type: "worker",
      restart: "transient",
      shutdownMs: "brutal",
      significant: false,
      hold: false,
      restarts: 0,
    },
    {
      id: "ch10",
      pid: b.pidOf("ch10"),
      state: "running",
      type: "supervisor",
      restart: "permanent",
      shutdownMs: "infinite",
      significant: false,
      hold: false,
      restarts: 0,
    },
  ]);
  assert.equal(count(b), [3, 3, 1, 2]);
  const one = b.ask((self, sup) => whichChild(self, sup, "ch3"));
  assert.ok(one.ok && one.child.id === "ch3");
});

spec(
  "a child in a loop of failed restarts is seen as restarting, can be stopped, and so can its supervisor",
  () => {
    for (const strategy of ["oneForOne", "oneForAll", "restForOne"] as const) {
      let works = true;
      const flaky: ChildSpec = {
        id: "flaky",
        start: (self) => {
          if (!works) throw new Error("not now");
          return self.spawn(idles, []);
        },
      };
      const children = strategy === "restForOne" ? [idle("a"), flaky, idle("z")] : [flaky];
      const b = board({ strategy, intensity: 100, children });
      works = false;
      b.end(b.pidOf("flaky"), CRASH);
      b.until(200);
      assert.ok(b.states().includes("flaky restarting"));
      if (strategy === "restForOne") {
        assert.equal(b.states(), ["a running", "flaky restarting", "z restarting"]);
        assert.equal(count(b), [3, 1, 0, 3]);
      } else {
        assert.equal(count(b), [1, 0, 0, 1]);
      }
      const restarting = { ok: false, error: { code: "restarting" } };
      assert.equal(
        b.ask((self, sup) => startChild(self, sup, idle("flaky"))),
        { ok: false, error: { code: "alreadyPresent" } },
      );
      assert.equal(
        b.ask((self, sup) => restartChild(self, sup, "flaky")),
        restarting,
      );
      assert.equal(
        b.ask((self, sup) => deleteChild(self, sup, "flaky")),
        restarting,
      );
      assert.equal(
        b.ask((self, sup) => terminateChild(self, sup, "flaky")),
        ok,
      );
      assert.ok(b.states().includes("flaky idle"));
      works = true;
      assert.ok(b.ask((self, sup) => restartChild(self, sup, "flaky")).ok);
      works = false;
      b.end(b.pidOf("flaky"), CRASH);
      b.until(300);
      b.end(b.pid, "shutdown");
      assert.is(b.ended(), "shutdown");
      b.nothingLeft();
    }
  },
);

spec("an ending supervisor starts nothing and still answers", () => {
  const b = board({
    children: [
      { id: "slow", start: (self) => self.spawn(idleTrapping, []), shutdownMs: 100 },
      { id: "down", start: () => undefined },
    ],
  });
  b.until(1);
  b.end(b.pid, "shutdown");
  const ending = { ok: false, error: { code: "ending" } };
  assert.equal(b.states(), ["slow stopping", "down idle"]);
  assert.equal(
    b.ask((self, sup) => startChild(self, sup, idle("x"))),
    ending,
  );
  assert.equal(
    b.ask((self, sup) => restartChild(self, sup, "down")),
    ending,
  );
  b.until(200);
  assert.is(b.ended(), "shutdown");
});

function* idleTrapping(self: Self) {
  self.trapExit();
  for (;;) yield* self.receive();
}

spec("whoever asks a supervisor that is gone, or a name that nobody has, is told by an error", () => {
  const b = board();
  b.end(b.pid, "shutdown");
  const errors = [b.pid, "nobody"].map((sup) => b.later((self) => whichChildren(self, sup)).error);
  for (const error of errors) assert.ok(error instanceof SupervisorUnreachable && error.code === "ended");
});

spec("whoever asks and gets no answer in time is told by an error, and a late answer is dropped", () => {
  const b = board({
    children: [{ id: "slow", start: (self) => self.spawn(idleTrapping, []), shutdownMs: 100 }],
  });
  b.until(1);
  const result = b.later((self, sup) => terminateChild(self, sup, "slow", 50));
  b.until(60);
  assert.ok(result.error instanceof SupervisorUnreachable && result.error.code === "timeout");
  b.until(200);
  assert.is(b.cell.counts.late + b.cell.counts.dead, 1);
});

spec("the answer to one who died meanwhile goes nowhere", () => {
  const b = board({
    children: [{ id: "slow", start: (self) => self.spawn(idleTrapping, []), shutdownMs: 100 }],
  });
  b.until(1);
  const asker = b.cell.spawn(function* asks(self: Self) {
    yield* terminateChild(self, b.pid, "slow");
  }, []);
  b.until(10);
  b.end(asker, "kill");
  b.until(200);
  assert.equal(b.states(), ["slow idle"]);
});

spec("a supervisor is asked by its name, also in its next life", () => {
  const inner = nestedSupervisor("inner", {
    strategy: "oneForOne",
    name: "devices",
    children: [idle("x")],
    templates,
  });
  const b = board({ children: [inner] });
  const states = () => b.ask((self) => whichChildren(self, "devices")).map(({ pid }) => pid);
  const [before] = states();
  b.end(b.pidOf("inner"), "kill");
  const [after] = states();
  assert.ok(before !== undefined && after !== undefined && before !== after);
  b.end(b.pid, "shutdown");
  assert.is(b.cell.names.whereis("devices"), undefined);
  b.nothingLeft();
});

spec("requests that belong to the other kind of supervisor are refused", () => {
  const strategyError = { ok: false, error: { code: "strategy" } };
  const b = board();
  assert.equal(
    b.ask((self, sup) => startChildWith(self, sup, [])),
    strategyError,
  );
  const simple = board({ strategy: "simpleOneForOne", children: [idle("c")] });
  for (const request of [terminateChild, restartChild, deleteChild]) {
    assert.equal(
      simple.ask<unknown>((self, sup) => request(self, sup, "c")),
      strategyError,
    );
  }
  assert.equal(
    simple.ask((self, sup) => startChild(self, sup, idle("d"))),
    strategyError,
  );
});
