/** A crash that is held for inspection: nothing is restarted until somebody has looked. */
import * as assert from "uvu/assert";
import type { ChildSpec } from "../../../runtime/supervision/child-spec.ts";
import {
  heldReport,
  holdChild,
  releaseChild,
  restartChild,
  startChildWith,
  terminateChild,
  whichChildren,
} from "../../../runtime/supervision/supervisor-client.ts";
import { spec } from "../../harness/spec.ts";
import { idles } from "../fixtures/misbehaving.ts";
import { CRASH, supervise } from "./supervised.ts";

function child(id: string, more: Partial<ChildSpec> = {}): ChildSpec {
  return { id, start: (self) => self.spawn(idles, []), ...more };
}

const held = { ok: false, error: { code: "held" } };
const notHeld = { ok: false, error: { code: "notHeld" } };

spec(
  "a child with `hold` that crashes stays down, and its report can be asked for until it is released",
  () => {
    const b = supervise({ children: [child("a", { hold: true }), child("b")] });
    b.until(10);
    const pid = b.pidOf("a");
    b.end(pid, CRASH);
    b.until(60_000);
    assert.equal(b.states(), ["a held", "b running"]);
    const found = b.ask((self, sup) => heldReport(self, sup, "a"));
    assert.equal(found, {
      ok: true,
      report: { pid: String(pid), reason: CRASH, atUs: 10_000, livedUs: 10_000, restarts: 0 },
    });
    assert.equal(
      b.ask((self, sup) => restartChild(self, sup, "a")),
      held,
    );
    assert.equal(
      b.ask((self, sup) => releaseChild(self, sup, "a")),
      { ok: true },
    );
    assert.equal(b.states(), ["a running", "b running"]);
    assert.equal(
      b.ask((self, sup) => heldReport(self, sup, "a")),
      notHeld,
    );
    assert.equal(
      b.ask((self, sup) => releaseChild(self, sup, "a")),
      notHeld,
    );
    assert.equal(b.news(), [
      "started a#0",
      "started b#0",
      "ended a: Error: crash",
      "held a: Error: crash",
      "started a#1",
    ]);
  },
);

for (const strategy of ["oneForAll", "restForOne"] as const) {
  spec(`${strategy}: the others are left as they are, and are restarted with it when it is released`, () => {
    const b = supervise({ strategy, children: [child("a"), child("b", { hold: true }), child("c")] });
    b.news();
    b.end(b.pidOf("b"), "kill");
    assert.equal(b.states(), ["a running", "b held", "c running"]);
    b.ask((self, sup) => releaseChild(self, sup, "b"));
    const stops =
      strategy === "oneForAll" ? ["stopped c: shutdown", "stopped a: shutdown"] : ["stopped c: shutdown"];
    const starts =
      strategy === "oneForAll"
        ? ["started a#1", "started b#1", "started c#1"]
        : ["started b#1", "started c#1"];
    assert.equal(b.news(), ["ended b: killed", "held b: killed", ...stops, ...starts]);
  });

  spec(`${strategy}: a held child stays held when its group is restarted because of another`, () => {
    const b = supervise({ strategy, children: [child("a"), child("b", { hold: true }), child("c")] });
    b.end(b.pidOf("b"), CRASH);
    b.end(b.pidOf("a"), CRASH);
    assert.equal(b.states(), ["a running", "b held", "c running"]);
  });
}

spec("held crashes do not count for the restart intensity; an orderly end is not held", () => {
  const b = supervise({ intensity: 1, children: [child("a", { hold: true })] });
  for (let n = 0; n < 5; n++) {
    b.end(b.pidOf("a"), CRASH);
    b.ask((self, sup) => releaseChild(self, sup, "a"));
  }
  b.end(b.pidOf("a"), "shutdown");
  assert.equal(b.states(), ["a running"]);
});

spec("holding is switched on and off while the child runs", () => {
  const b = supervise({ intensity: 5, children: [child("a")] });
  b.ask((self, sup) => holdChild(self, sup, "a"));
  b.end(b.pidOf("a"), CRASH);
  assert.equal(b.states(), ["a held"]);
  b.ask((self, sup) => holdChild(self, sup, "a", false));
  b.ask((self, sup) => releaseChild(self, sup, "a"));
  b.end(b.pidOf("a"), CRASH);
  assert.equal(b.states(), ["a running"]);
});

spec("a restart that fails is held as well", () => {
  let works = true;
  const flaky = child("a", {
    hold: true,
    start: (self) => {
      if (!works) throw new Error("not now");
      return self.spawn(idles, []);
    },
  });
  const b = supervise({ children: [flaky] });
  works = false;
  b.end(b.pidOf("a"), CRASH);
  b.ask((self, sup) => releaseChild(self, sup, "a"));
  assert.equal(b.states(), ["a held"]);
  const found = b.ask((self, sup) => heldReport(self, sup, "a"));
  assert.match(JSON.stringify(found), "not now");
});

spec("a held child of a simpleOneForOne is known by the pid it had", () => {
  const b = supervise({ strategy: "simpleOneForOne", children: [child("c", { hold: true })] });
  const pids = [1, 2].map(() => {
    const started = b.ask((self, sup) => startChildWith(self, sup, []));
    assert.ok(started.ok);
    return started.pid!;
  });
  b.end(pids[0]!, CRASH);
  assert.equal(b.states(), ["c held", "c running"]);
  const found = b.ask((self, sup) => heldReport(self, sup, pids[0]!));
  assert.ok(found.ok && found.report.pid === String(pids[0]));
  b.ask((self, sup) => releaseChild(self, sup, pids[0]!));
  assert.equal(b.states(), ["c running", "c running"]);
  assert.ok(b.ask(whichChildren).every(({ pid }) => pid !== pids[0]));
});

spec("a held child can be given up, and a supervisor ends with held children", () => {
  const b = supervise({ children: [child("a", { hold: true }), child("b", { hold: true })] });
  b.end(b.pidOf("a"), CRASH);
  b.end(b.pidOf("b"), CRASH);
  b.ask((self, sup) => terminateChild(self, sup, "a"));
  assert.equal(b.states(), ["a idle", "b held"]);
  b.end(b.pid, "shutdown");
  assert.is(b.ended(), "shutdown");
  b.nothingLeft();
});
