/** What a supervisor is made of changes while its children run: the code change of OTP's supervisors. */
import * as assert from "uvu/assert";
import type { StartFunction } from "../../../runtime/supervision/child-spec.ts";
import {
  changeSupervisor,
  restartChild,
  startChildWith,
  terminateChild,
  whichChild,
} from "../../../runtime/supervision/supervisor-client.ts";
import type { SupervisorChange } from "../../../runtime/supervision/supervisor-request.ts";
import { spec } from "../../harness/spec.ts";
import { deaf, idles } from "../fixtures/misbehaving.ts";
import { CRASH, type Supervised, supervise } from "./supervised.ts";

const templates: Record<string, StartFunction> = {
  idle: (self) => self.spawn(idles, []),
  deaf: (self) => self.spawn(deaf, []),
};
const ok = { ok: true };

function change(b: Supervised, what: SupervisorChange) {
  return b.ask((self, sup) => changeSupervisor(self, sup, what));
}

spec("another intensity counts from now on", () => {
  const b = supervise({ templates, intensity: 0, children: [{ id: "a", start: { template: "idle" } }] });
  assert.equal(change(b, { intensity: 2, periodMs: 3000 }), ok);
  b.end(b.pidOf("a"), CRASH);
  b.end(b.pidOf("a"), CRASH);
  assert.is(b.ended(), undefined);
  b.end(b.pidOf("a"), CRASH);
  assert.ok(b.ended() !== undefined);
});

spec("children are added but not started, changed for their next start and stop, and never removed", () => {
  const b = supervise({ templates, children: [] });
  const idle = (id: string, shutdownMs: number) => ({ id, shutdownMs, start: { template: "deaf" } });
  assert.equal(change(b, { children: [idle("a", 2000), idle("b", 50)] }), ok);
  assert.equal(b.states(), ["a idle", "b idle"]);
  for (const id of ["a", "b"]) assert.ok(b.ask((self, sup) => restartChild(self, sup, id)).ok);
  assert.equal(change(b, { children: [idle("a", 100), idle("c", 50)] }), ok);
  assert.equal(b.states(), ["a running", "b running", "c idle"]);
  const found = b.ask((self, sup) => whichChild(self, sup, "a"));
  assert.ok(found.ok && found.child.shutdownMs === 100);
  b.until(10);
  const stopped = b.later((self, sup) => terminateChild(self, sup, "a"));
  b.until(109);
  assert.not("answer" in stopped);
  b.until(110);
  assert.equal(stopped.answer, ok);
});

spec("the template of a simpleOneForOne is changed, for those that run as well; it stays exactly one", () => {
  const child = (shutdownMs: number) => ({ id: "c", shutdownMs, start: { template: "deaf" } });
  const b = supervise({ strategy: "simpleOneForOne", templates, children: [child(5000)] });
  b.ask((self, sup) => startChildWith(self, sup, []));
  assert.equal(change(b, { children: [child(100)] }), ok);
  for (const children of [[], [child(1), { ...child(1), id: "d" }]]) {
    const refused = change(b, { children });
    assert.ok(!refused.ok && refused.error.code === "invalid");
  }
  b.until(10);
  b.end(b.pid, "shutdown");
  b.until(110);
  assert.is(b.ended(), "shutdown");
  b.nothingLeft();
});

spec("nothing named changes nothing", () => {
  const b = supervise({ templates, intensity: 1, children: [{ id: "a", start: { template: "idle" } }] });
  assert.equal(change(b, {}), ok);
  b.end(b.pidOf("a"), CRASH);
  assert.equal(b.states(), ["a running"]);
});
