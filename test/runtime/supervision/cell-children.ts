/** First processes of cells that are children of a supervisor, beside those that misbehave. */
import type { Pid } from "../../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { acknowledgeStart } from "../../../runtime/supervision/acknowledge-start.ts";
import { supervisor } from "../../../runtime/supervision/supervisor.ts";
import { deaf, hangs, idles } from "../fixtures/misbehaving.ts";

/** Says that it is ready, and which name it has taken. */
export function* named(self: Self, name: string, supervisorPid: Pid): ProcessGenerator {
  self.register(name);
  acknowledgeStart(self, supervisorPid, name);
  yield* idles(self);
}

/** Says that it is ready, and from then on hears nothing. */
export function* readyAndDeaf(self: Self, supervisorPid: Pid): ProcessGenerator {
  self.trapExit();
  acknowledgeStart(self, supervisorPid);
  yield* deaf(self);
}

/** Says that it is ready, and never gives its thread back. */
export function* readyAndHangs(self: Self, supervisorPid: Pid): ProcessGenerator {
  acknowledgeStart(self, supervisorPid);
  yield* hangs(self);
}

/** Throws as soon as it gets a message. */
export function* fragile(self: Self): ProcessGenerator {
  yield* self.receive();
  throw new Error("told to crash");
}

/** A supervisor as a cell's first process: its children are processes there. */
export function* innerSupervisor(self: Self, children: number): ProcessGenerator<unknown> {
  const body = supervisor({
    strategy: "oneForOne",
    intensity: 5,
    resolve: ({ name }) => (name === "idles" ? (idles as never) : undefined),
    children: Array.from({ length: children }, (_, n) => ({
      id: `inner ${n}`,
      start: { body: { module: "inner", name: "idles" } },
    })),
  });
  return yield* body(self as never);
}
