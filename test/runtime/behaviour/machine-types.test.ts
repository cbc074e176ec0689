/** Wrong machines fail in the compiler: the lines below a `@ts-expect-error` would not compile without it. */
import * as assert from "uvu/assert";
import { call, cast } from "../../../runtime/behaviour/call.ts";
import { startStateMachine, stateMachineBody } from "../../../runtime/behaviour/state-machine.ts";
import type { StateMachineModule } from "../../../runtime/behaviour/state-machine-module.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { spec } from "../../harness/spec.ts";

interface Pump {
  state: "off" | "on";
  data: { runs: number };
  calls: { start(request: { seconds: number }): "started"; runs(): number };
  casts: { type: "stop" };
  limits: "rest";
  args: { runs: number };
}

const pump: StateMachineModule<Pump> = {
  name: "pump",
  version: 1,
  init: ({ runs }) => ({ state: "off", data: { runs } }),
  states: {
    off: {
      call: {
        start: (data, { seconds }) => ({
          next: "on",
          reply: "started",
          data: { runs: data.runs + 1 },
          stateLimit: { ms: seconds * 1000 },
        }),
      },
    },
    on: {
      stateLimit: () => ({ next: "off", limits: { rest: { ms: 1000 } } }),
      cast: { stop: () => ({ next: "off" }) },
      call: { start: () => ({ postpone: true }) },
    },
  },
  common: {
    call: { runs: ({ runs }) => ({ reply: runs }) },
    cast: { stop: () => undefined },
    limit: { rest: () => {} },
  },
};

/** Never run: it only has to compile. */
export function* compiled(self: Self): ProcessGenerator {
  const machine = yield* startStateMachine(self, pump, { runs: 0 });
  const started: "started" = yield* call(self, machine, { type: "start", seconds: 3 });
  const runs: number = yield* call(self, machine, { type: "runs" });
  cast(self, machine, { type: "stop" });
  // @ts-expect-error seconds are missing
  yield* call(self, machine, { type: "start" });
  // @ts-expect-error no such call
  yield* call(self, machine, { type: "pause" });
  // @ts-expect-error the reply is a number
  const wrong: string = yield* call(self, machine, { type: "runs" });
  // @ts-expect-error no such cast
  cast(self, machine, { type: "start", seconds: 1 });
  // @ts-expect-error the argument of init
  yield* startStateMachine(self, pump, { runs: "none" });
  return void [started, runs, wrong];
}

export const wrongMachines: StateMachineModule<Pump>[] = [
  // @ts-expect-error a state is missing
  { ...pump, states: { off: {} } },
  // @ts-expect-error no such state
  { ...pump, init: ({ runs }) => ({ state: "idle", data: { runs } }) },
  {
    ...pump,
    // @ts-expect-error no such state to go to
    states: { ...pump.states, on: { cast: { stop: () => ({ next: "idle" }) } } },
  },
  {
    ...pump,
    // @ts-expect-error the reply to "start" is "started"
    states: { ...pump.states, on: { call: { start: () => ({ reply: "running" }) } } },
  },
  {
    ...pump,
    // @ts-expect-error a cast is not answered
    states: { ...pump.states, on: { cast: { stop: () => ({ reply: "stopped" }) } } },
  },
  {
    ...pump,
    // @ts-expect-error no limit of that name
    states: { ...pump.states, on: { cast: { stop: () => ({ limits: { nap: { ms: 1 } } }) } } },
  },
  {
    ...pump,
    // @ts-expect-error nothing is put off on entering
    states: { ...pump.states, on: { enter: () => ({ postpone: true }) } },
  },
  // @ts-expect-error no handler for a call that is not declared
  { ...pump, common: { call: { pause: () => undefined } } },
];

spec("a machine's types say what it understands, and the compiler holds everybody to it", () => {
  assert.is(stateMachineBody(pump).name, "pump");
});
