/** Supervisors that end with their significant children (OTP 24, EEP 56). */
import * as assert from "uvu/assert";
import type { ExitReason } from "../../../runtime/process/exit-reason.ts";
import type { ChildSpec, Restart } from "../../../runtime/supervision/child-spec.ts";
import { nestedSupervisor } from "../../../runtime/supervision/supervisor.ts";
import {
  changeSupervisor,
  restartChild,
  startChild,
  terminateChild,
  whichChildren,
} from "../../../runtime/supervision/supervisor-client.ts";
import type { AutoShutdown } from "../../../runtime/supervision/supervisor-spec.ts";
import { spec } from "../../harness/spec.ts";
import { endsWhenTold } from "../fixtures/misbehaving.ts";
import { CRASH, supervise, type TestSpec } from "./supervised.ts";

const templates = {
  idle: ((self) => self.spawn(endsWhenTold, [])) as Extract<ChildSpec["start"], (...a: never[]) => unknown>,
};

function child(id: string, restart: Restart, significant = true) {
  return { id, restart, significant, start: { template: "idle" } };
}

function board(autoShutdown: AutoShutdown, children: readonly ChildSpec[], more: Partial<TestSpec> = {}) {
  return supervise({ autoShutdown, children, templates, intensity: 10, ...more });
}

const modes = ["never", "anySignificant", "allSignificant"] as const;

for (const restart of ["transient", "temporary"] as const) {
  for (const mode of modes) {
    spec(`${mode}: no end of a ${restart} child that is not significant ends the supervisor`, () => {
      for (const reason of ["normal", "kill", CRASH, "shutdown"] as const satisfies readonly ExitReason[]) {
        const b = board(mode, [child("a", restart, false), child("b", restart, false)]);
        b.end(b.pidOf("a"), reason);
        assert.is(b.ended(), undefined);
      }
    });
  }
}

for (const reason of ["normal", "kill", CRASH, "shutdown"] as const satisfies readonly ExitReason[]) {
  const name = typeof reason === "string" ? `end by ${reason}` : "crash";
  const orderly = reason === "shutdown" || reason === "normal";

  spec(
    `anySignificant: the ${name} of a temporary significant child ends the supervisor and all others`,
    () => {
      const b = board("anySignificant", [
        child("a", "temporary"),
        child("b", "temporary"),
        child("c", "temporary", false),
      ]);
      b.end(b.pidOf("a"), reason);
      assert.is(b.ended(), "shutdown");
      assert.equal(b.news().slice(-3), ["autoShutdown a", "stopped c: shutdown", "stopped b: shutdown"]);
      b.nothingLeft();
    },
  );

  spec(
    `anySignificant: the ${name} of a transient significant child ${orderly ? "ends the supervisor" : "restarts it"}`,
    () => {
      const b = board("anySignificant", [child("a", "transient"), child("b", "transient")]);
      b.end(b.pidOf("a"), reason);
      assert.is(b.ended(), orderly ? "shutdown" : undefined);
      if (!orderly) assert.equal(b.states(), ["a running", "b running"]);
    },
  );
}

for (const restart of ["transient", "temporary"] as const) {
  spec(`allSignificant: the last ${restart} significant child that ends takes the supervisor along`, () => {
    const b = board("allSignificant", [child("a", restart), child("b", restart), child("c", restart, false)]);
    b.end(b.pidOf("a"), "normal");
    assert.is(b.ended(), undefined);
    b.end(b.pidOf("b"), "normal");
    assert.is(b.ended(), "shutdown");
    b.nothingLeft();
  });

  spec(`a ${restart} significant child that the supervisor was told to end does not count`, () => {
    const b = board("anySignificant", [child("a", restart), child("b", restart)]);
    b.ask((self, sup) => terminateChild(self, sup, "a"));
    assert.is(b.ended(), undefined);
  });
}

for (const strategy of ["oneForAll", "restForOne"] as const) {
  spec(`${strategy}: a significant child that is stopped with its group does not count`, () => {
    for (const restart of ["transient", "temporary"] as const) {
      const b = board("anySignificant", [child("a", "permanent", false), child("b", restart)], { strategy });
      b.end(b.pidOf("a"), CRASH);
      assert.is(b.ended(), undefined);
      assert.equal(b.states(), restart === "temporary" ? ["a running"] : ["a running", "b running"]);
    }
  });
}

spec("a supervisor that ended so ends the one above as any significant child does", () => {
  const inner = nestedSupervisor(
    "inner",
    { strategy: "oneForOne", autoShutdown: "anySignificant", templates, children: [child("x", "transient")] },
    { restart: "transient", significant: true },
  );
  const b = board("anySignificant", [inner, child("y", "permanent", false)]);
  const innerPid = b.pidOf("inner");
  const [x] = b.ask((self) => whichChildren(self, innerPid));
  b.end(x!.pid!, "shutdown");
  assert.is(b.ended(), "shutdown");
  b.nothingLeft();
});

spec("significant children are refused where they make no sense", () => {
  const make =
    (autoShutdown: AutoShutdown, one: ChildSpec, strategy: TestSpec["strategy"] = "oneForOne") =>
    () =>
      board(autoShutdown, [one], { strategy: strategy! });
  assert.throws(
    make("never", child("a", "transient")),
    /significant: found true, allowed is false while autoShutdown/,
  );
  assert.throws(make("anySignificant", child("a", "permanent")), /false for a permanent child/);
  assert.throws(
    make("anySignificant", child("a", "transient", false), "simpleOneForOne"),
    /a simpleOneForOne has no significant children/,
  );
  const b = board("never", []);
  const refused = b.ask((self, sup) => startChild(self, sup, child("a", "transient")));
  assert.ok(!refused.ok && refused.error.code === "invalid");
});

const changes: readonly [AutoShutdown, AutoShutdown][] = [
  ["never", "anySignificant"],
  ["never", "allSignificant"],
  ["anySignificant", "allSignificant"],
  ["allSignificant", "anySignificant"],
];

for (const [from, to] of changes) {
  spec(`autoShutdown changes from ${from} to ${to} while the children run`, () => {
    const significant = from !== "never";
    const b = board(from, [child("a", "transient", significant), child("b", "transient", significant)]);
    const children = [child("a", "transient"), child("b", "transient")];
    assert.equal(
      b.ask((self, sup) => changeSupervisor(self, sup, { autoShutdown: to, children })),
      { ok: true },
    );
    assert.equal(b.states(), ["a running", "b running"]);
    b.end(b.pidOf("a"), "shutdown");
    assert.is(b.ended(), to === "anySignificant" ? "shutdown" : undefined);
    if (to === "anySignificant") return;
    b.end(b.pidOf("b"), "shutdown");
    assert.is(b.ended(), "shutdown");
  });
}

for (const from of ["anySignificant", "allSignificant"] as const) {
  spec(`autoShutdown changes from ${from} to never: then no end of a child ends the supervisor`, () => {
    const b = board(from, [child("a", "transient")]);
    const children = [child("a", "transient", false)];
    b.ask((self, sup) => changeSupervisor(self, sup, { autoShutdown: "never", children }));
    const refused = b.ask((self, sup) => startChild(self, sup, child("b", "transient")));
    assert.ok(!refused.ok && refused.error.code === "invalid");
    b.end(b.pidOf("a"), "shutdown");
    assert.is(b.ended(), undefined);
    assert.ok(b.ask((self, sup) => restartChild(self, sup, "a")).ok);
  });
}

spec("a child becomes significant, or stops being so, while it runs", () => {
  const never = board("never", [child("a", "transient", false)]);
  const refused = never.ask((self, sup) =>
    changeSupervisor(self, sup, { children: [child("a", "transient")] }),
  );
  assert.ok(!refused.ok && refused.error.code === "invalid");
  const becomes = board("anySignificant", [child("a", "transient", false)]);
  becomes.ask((self, sup) => changeSupervisor(self, sup, { children: [child("a", "transient")] }));
  becomes.end(becomes.pidOf("a"), "shutdown");
  assert.is(becomes.ended(), "shutdown");
  const stops = board("anySignificant", [child("a", "transient")]);
  stops.ask((self, sup) => changeSupervisor(self, sup, { children: [child("a", "transient", false)] }));
  stops.end(stops.pidOf("a"), "shutdown");
  assert.is(stops.ended(), undefined);
});
