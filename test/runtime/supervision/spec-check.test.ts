/** Faulty specs are refused with every problem named, in code and by message. */
import * as assert from "uvu/assert";
import { BAND } from "../../../runtime/process/process.ts";
import type { DynamicChildSpec } from "../../../runtime/supervision/child-spec.ts";
import { supervisor } from "../../../runtime/supervision/supervisor.ts";
import { changeSupervisor, startChild } from "../../../runtime/supervision/supervisor-client.ts";
import type { SupervisorSpec } from "../../../runtime/supervision/supervisor-spec.ts";
import { supervisorSpecProblems } from "../../../runtime/supervision/supervisor-spec-check.ts";
import { spec } from "../../harness/spec.ts";
import { idles } from "../fixtures/misbehaving.ts";
import { handCell } from "../process/hand-cell.ts";
import { supervise } from "./supervised.ts";

const start = () => undefined;
const templates = { idle: start };
const good = { id: "a", start };
const body = { module: "m", name: "n" };

/** A faulty child, and what is said about it when it is written in code. */
const faulty: readonly [unknown, string][] = [
  [5, "children[0]: 5 is not a child spec"],
  [{}, "children[0].id: found nothing, allowed is a text that is not empty"],
  [{ start }, "children[0].id: found nothing, allowed is a text that is not empty"],
  [{ id: "", start }, 'children[0].id: found "", allowed is a text that is not empty'],
  [
    { id: "a" },
    "children[0].start: found nothing, allowed is a function, { template }, { cell } or { body }",
  ],
  [{ id: "a", start: "idle" }, 'children[0].start: found "idle", allowed is a function'],
  [{ id: "a", start: {} }, "children[0].start: has none of template, cell, body"],
  [{ id: "a", start: { template: "idel" } }, 'children[0].start.template: found "idel", known are idle'],
  [{ id: "a", start: { template: "idle", args: 5 } }, "children[0].start.args: found 5, allowed is a list"],
  [
    { id: "a", start: { cell: {} } },
    "children[0].start.cell: this supervisor has no kernel that starts cells",
  ],
  [{ id: "a", start: { body } }, "children[0].start.body: this supervisor cannot resolve exports"],
  [
    { ...good, restart: "prmanent" },
    'children[0].restart: found "prmanent", allowed is permanent, transient, temporary',
  ],
  [{ ...good, type: "wrker" }, 'children[0].type: found "wrker", allowed is worker, supervisor'],
  [
    { ...good, shutdownMs: -10 },
    'children[0].shutdownMs: found -10, allowed is a time in ms, "brutal" or "infinite"',
  ],
  [{ ...good, shutdownMs: "infinite" }, "allowed is a time or brutal for a worker"],
  [{ ...good, startMs: 0 }, "children[0].startMs: found 0, allowed is a time above 0 in ms"],
  [{ ...good, significant: "maybe" }, 'children[0].significant: found "maybe", allowed is true or false'],
  [{ ...good, hold: 1 }, "children[0].hold: found 1, allowed is true or false"],
  [{ ...good, hold: true, restart: "temporary" }, "false for a temporary child"],
];

for (const [child, problem] of faulty) {
  spec(`refused: ${problem}`, () => {
    const whole = { strategy: "oneForOne", children: [child], templates };
    const problems = supervisorSpecProblems(whole);
    assert.is(
      problems.length,
      child === 5 || (child as { id?: unknown }).id !== undefined ? 1 : problems.length,
    );
    assert.ok(
      problems.some((each) => each.includes(problem)),
      problems.join("\n"),
    );
    assert.throws(() => supervisor(whole as SupervisorSpec), problem);
    const b = supervise({ children: [], templates });
    const refused = b.ask((self, sup) => startChild(self, sup, copyable(child) as DynamicChildSpec));
    assert.ok(!refused.ok && refused.error.code === "invalid");
    assert.equal(b.states(), []);
  });
}

/** As it would come by message: without functions. */
function copyable(child: unknown): unknown {
  if (typeof child !== "object" || child === null) return child;
  const { start: given } = child as { start?: unknown };
  return typeof given === "function" ? { ...child, start: { template: "idle" } } : child;
}

const faultyFlags: readonly [Record<string, unknown>, string][] = [
  [
    { strategy: "noneForOne" },
    'strategy: found "noneForOne", allowed is oneForOne, oneForAll, restForOne, simpleOneForOne',
  ],
  [{ intensity: Number.POSITIVE_INFINITY }, "intensity: found Infinity, allowed is a whole number from 0"],
  [{ intensity: -1 }, "intensity: found -1"],
  [{ intensity: 1.5 }, "intensity: found 1.5"],
  [{ periodMs: 0 }, "periodMs: found 0, allowed is a time above 0 in ms"],
  [{ periodMs: Number.POSITIVE_INFINITY }, "periodMs: found Infinity"],
  [
    { autoShutdown: "sometimes" },
    'autoShutdown: found "sometimes", allowed is never, anySignificant, allSignificant',
  ],
  [{ backoff: 5 }, "backoff: 5 is not { firstMs, longestMs, healthyMs }"],
  [{ backoff: { firstMs: 1, longestMs: -1, healthyMs: 0 } }, "backoff.longestMs: found -1"],
  [{ name: "" }, 'name: found ""'],
  [{ children: 5 }, "children: 5 is not a list of child specs"],
  [{ children: [good, good] }, 'children[1].id: "a" is the id of children[0] already'],
  [{ strategy: "simpleOneForOne", children: [] }, "children: found 0, a simpleOneForOne has exactly one"],
  [{ strategy: "simpleOneForOne", children: [good, { ...good, id: "b" }] }, "children: found 2"],
];

for (const [flags, problem] of faultyFlags) {
  spec(`refused: ${problem}`, () => {
    const whole = { strategy: "oneForOne", children: [], ...flags };
    const problems = supervisorSpecProblems(whole);
    assert.is(problems.length, 1);
    assert.ok(problems[0]!.startsWith(problem), problems[0]);
  });
}

spec("all problems are told at once", () => {
  const whole = { strategy: "x", intensity: -1, children: [{ id: 5, start: 5, restart: 5 }] };
  assert.is(supervisorSpecProblems(whole).length, 5);
  assert.equal(supervisorSpecProblems("x"), ['supervisor: "x" is not a supervisor spec']);
});

spec("what is not known is ignored", () => {
  const whole = { strategy: "oneForOne", silly: true, children: [{ ...good, silly: true }] };
  assert.equal(supervisorSpecProblems(whole), []);
});

spec("every right combination is accepted, with defaults for what is left out", () => {
  for (const autoShutdown of [undefined, "never", "anySignificant", "allSignificant"]) {
    for (const restart of [undefined, "permanent", "transient", "temporary"]) {
      for (const shutdownMs of [undefined, 0, 1000, "brutal", "infinite"]) {
        for (const type of [undefined, "worker", "supervisor"]) {
          for (const significant of [undefined, true, false]) {
            const child = { ...good, restart, shutdownMs, type, significant };
            const refused =
              (shutdownMs === "infinite" && type !== "supervisor") ||
              (significant === true &&
                (restart === undefined ||
                  restart === "permanent" ||
                  autoShutdown === undefined ||
                  autoShutdown === "never"));
            const problems = supervisorSpecProblems({
              strategy: "oneForOne",
              autoShutdown,
              children: [child],
            });
            assert.is(problems.length > 0, refused, JSON.stringify({ autoShutdown, ...child }));
          }
        }
      }
    }
  }
});

spec("a spec that is a function is refused by message, where it could not even be sent", () => {
  const b = supervise({ children: [] });
  const question = b.later((self, sup) => startChild(self, sup, good as unknown as DynamicChildSpec));
  assert.match((question.error as Error).message, /start: a function cannot be sent/);
});

spec("a supervisor whose name somebody else has crashes at its start", () => {
  const { cell, crashes } = handCell();
  cell.spawn(function* holder(self) {
    self.register("devices");
    yield* idles(self as never);
  }, []);
  cell.run();
  const named = supervisor({ strategy: "oneForOne", name: "devices", children: [] });
  cell.spawn(named, [], { band: BAND.system });
  cell.run();
  assert.is(crashes.length, 1);
  assert.is(cell.processCount, 1);
});

spec("flags and specs change while the children run; faulty ones change nothing", () => {
  const b = supervise({ children: [], templates, intensity: 0 });
  const change = (what: unknown) => b.ask((self, sup) => changeSupervisor(self, sup, what as never));
  for (const wrong of [
    { intensity: "x" },
    { periodMs: -1 },
    { autoShutdown: 5 },
    { children: [{ id: "a" }] },
    { children: 5 },
    5,
  ]) {
    const refused = change(wrong);
    assert.ok(!refused.ok && refused.error.code === "invalid", JSON.stringify(wrong));
  }
  assert.equal(b.states(), []);
});
