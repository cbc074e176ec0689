import fc from "fast-check";
import * as assert from "uvu/assert";
import type { Pid } from "../../../runtime/process/pid.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { propertyLimitMs, propertyRuns } from "../../harness/property-runs.ts";
import { spec } from "../../harness/spec.ts";
import { handCell } from "./hand-cell.ts";

/** What one of several owners of timers does, or what time does. `us` are odd on purpose: the wheel has slots. */
type Act =
  | { readonly act: "start"; readonly owner: number; readonly us: number }
  | { readonly act: "cancel"; readonly owner: number; readonly nth: number }
  | { readonly act: "end"; readonly owner: number }
  | { readonly act: "pass"; readonly us: number };

const owners = 3;
const owner = fc.nat(owners - 1);
const us = fc.oneof(fc.nat(200), fc.nat(70_000), fc.nat(20_000_000), fc.constantFrom(0, 1, 63, 64, 4096));
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ act: fc.constant("start" as const), owner, us }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant("cancel" as const), owner, nth: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("end" as const), owner }) },
    { weight: 5, arbitrary: fc.record({ act: fc.constant("pass" as const), us }) },
  ),
  { maxLength: 50 },
);

spec(
  "sendAfter and cancel of several owners do what a sorted list does; timers end with their owner",
  () => {
    fc.assert(
      fc.property(acts, (script) => assert.equal(played(script), modelled(script))),
      propertyRuns(3000),
    );
  },
  propertyLimitMs(60_000),
);

spec("the same acts give the same trace", () => {
  fc.assert(
    fc.property(acts, (script) => assert.equal(played(script), played(script))),
    propertyRuns(200),
  );
});

type Command = { type: "start"; us: number; id: number } | { type: "cancel"; nth: number } | { type: "end" };

function played(script: readonly Act[]): readonly string[] {
  const { cell, clock, trace } = handCell({ mailboxCapacity: 10_000 });
  const receiver = cell.spawn(function* receiver(self: Self<number>) {
    for (;;) trace.push(`${yield* self.receive()} at ${clock.now()}`);
  }, []);
  const pids: Pid[] = Array.from({ length: owners }, () =>
    cell.spawn(function* timers(self: Self<Command>) {
      const handles: number[] = [];
      for (;;) {
        const command = yield* self.receive();
        if (command.type === "start") {
          handles.push(self.sendAfter(command.us / 1000, receiver, command.id));
        } else if (command.type === "cancel" && handles.length > 0) {
          const nth = command.nth % handles.length;
          trace.push(`cancel ${self.cancel(handles[nth]!)}`);
        } else if (command.type === "end") return;
      }
    }, []),
  );
  const ended = new Set<number>();
  cell.run();
  for (const [id, act] of script.entries()) {
    if (act.act === "pass") {
      const untilUs = clock.now() + act.us;
      for (let next = cell.nextWakeUs(); next <= untilUs; next = cell.nextWakeUs()) {
        clock.advanceTo(Math.max(clock.now(), next));
        cell.run();
      }
      clock.advanceTo(untilUs);
    } else if (!ended.has(act.owner)) {
      if (act.act === "end") ended.add(act.owner);
      const { act: type, owner, ...rest } = act;
      cell.post(pids[owner]!, { type, id, ...rest });
    }
    cell.run();
    trace.push(`${cell.timerCount} run`);
  }
  return trace;
}

function modelled(script: readonly Act[]): readonly string[] {
  const trace: string[] = [];
  let nowUs = 0;
  let running: { readonly owner: number; readonly id: number; readonly dueUs: number }[] = [];
  const started: number[][] = Array.from({ length: owners }, () => []);
  const ended = new Set<number>();
  const fire = (untilUs: number) => {
    // A sort is stable: timers of one microsecond fire in the order in which they were started.
    const due = running.filter(({ dueUs }) => dueUs <= untilUs).toSorted((a, b) => a.dueUs - b.dueUs);
    running = running.filter(({ dueUs }) => dueUs > untilUs);
    for (const { id, dueUs } of due) trace.push(`${id} at ${Math.max(nowUs, dueUs)}`);
  };
  for (const [id, act] of script.entries()) {
    if (act.act === "pass") {
      fire(nowUs + act.us);
      nowUs += act.us;
    } else if (!ended.has(act.owner)) {
      const mine = started[act.owner]!;
      if (act.act === "start") {
        mine.push(id);
        running.push({ owner: act.owner, id, dueUs: Math.ceil(nowUs + (act.us / 1000) * 1000) });
      } else if (act.act === "cancel" && mine.length > 0) {
        const wanted = mine[act.nth % mine.length]!;
        const left = running.filter(({ id }) => id !== wanted);
        trace.push(`cancel ${left.length < running.length}`);
        running = left;
      } else if (act.act === "end") {
        ended.add(act.owner);
        running = running.filter(({ owner }) => owner !== act.owner);
      }
      fire(nowUs);
    }
    trace.push(`${running.length} run`);
  }
  return trace;
}
