/**
 * What other processes ask of a supervisor: `const started = yield* startChild(self, supervisor, spec)`.
 *
 * A supervisor is known by its pid or its name. A refusal is a value; a supervisor that is gone or does not answer in time is a `SupervisorUnreachable`.
 */
import { describeReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";
import type { Wait } from "../process/wait.ts";
import type { DynamicChildSpec } from "./child-spec.ts";
import type {
  ChildCount,
  ChildInfo,
  ChildKey,
  Done,
  HeldReport,
  Refusal,
  Started,
  SupervisorChange,
  SupervisorRequest,
} from "./supervisor-request.ts";

/** Longest wait for an answer, ms; a start or stop takes as long as the child's limits. */
const LIMIT_MS = 5000;

type Asking<T> = Generator<Wait, T, void>;
type Found<T> = T | { readonly ok: false; readonly error: Refusal };

/** The supervisor ended, or did not answer within the limit. */
export class SupervisorUnreachable extends Error {
  override readonly name = "SupervisorUnreachable";
  readonly code: "ended" | "timeout";

  constructor(code: "ended" | "timeout", supervisor: Pid | string, why: string) {
    super(`supervisor ${supervisor}: ${why}`);
    this.code = code;
  }
}

/** Starts a child that is described by data, after the others; answered when it is ready or its start failed. */
export function startChild<M>(
  self: Self<M>,
  supervisor: Pid | string,
  spec: DynamicChildSpec,
  withinMs?: number,
): Asking<Started> {
  return ask(self, supervisor, { kind: "start", spec }, withinMs);
}

/** Starts one more child of a simpleOneForOne; `args` follow those of its template. */
export function startChildWith<M>(
  self: Self<M>,
  supervisor: Pid | string,
  args: readonly unknown[],
  withinMs?: number,
): Asking<Started> {
  return ask(self, supervisor, { kind: "startWith", args }, withinMs);
}

/** Ends a child and keeps it down; a temporary one is forgotten. A child that is down already is no error. */
export function terminateChild<M>(
  self: Self<M>,
  supervisor: Pid | string,
  child: ChildKey,
  withinMs?: number,
): Asking<Done> {
  return ask(self, supervisor, { kind: "terminate", child }, withinMs);
}

/** Starts a child that is down. */
export function restartChild<M>(
  self: Self<M>,
  supervisor: Pid | string,
  child: string,
  withinMs?: number,
): Asking<Started> {
  return ask(self, supervisor, { kind: "restart", child }, withinMs);
}

/** Forgets a child that is down. */
export function deleteChild<M>(self: Self<M>, supervisor: Pid | string, child: string): Asking<Done> {
  return ask(self, supervisor, { kind: "delete", child });
}

/** From now on a crash of this child is held for inspection, or (`on: false`) restarted as its spec says. */
export function holdChild<M>(
  self: Self<M>,
  supervisor: Pid | string,
  child: ChildKey,
  on = true,
): Asking<Done> {
  return ask(self, supervisor, { kind: "hold", child, on });
}

/** The crash that is held. */
export function heldReport<M>(
  self: Self<M>,
  supervisor: Pid | string,
  child: ChildKey,
): Asking<Found<{ readonly ok: true; readonly report: HeldReport }>> {
  return ask(self, supervisor, { kind: "held", child });
}

/** Starts a held child again, with those its strategy restarts with it. */
export function releaseChild<M>(self: Self<M>, supervisor: Pid | string, child: ChildKey): Asking<Done> {
  return ask(self, supervisor, { kind: "release", child });
}

/** In the order of starts. */
export function whichChildren<M>(self: Self<M>, supervisor: Pid | string): Asking<readonly ChildInfo[]> {
  return ask(self, supervisor, { kind: "which" });
}

export function whichChild<M>(
  self: Self<M>,
  supervisor: Pid | string,
  child: ChildKey,
): Asking<Found<{ readonly ok: true; readonly child: ChildInfo }>> {
  return ask(self, supervisor, { kind: "whichOne", child });
}

export function countChildren<M>(self: Self<M>, supervisor: Pid | string): Asking<ChildCount> {
  return ask(self, supervisor, { kind: "count" });
}

/** Changes flags and specs while the children run; new specs count from a child's next start or stop. */
export function changeSupervisor<M>(
  self: Self<M>,
  supervisor: Pid | string,
  change: SupervisorChange,
): Asking<Done> {
  return ask(self, supervisor, { kind: "change", change });
}

function* ask<M, T>(
  self: Self<M>,
  supervisor: Pid | string,
  request: SupervisorRequest,
  withinMs = LIMIT_MS,
): Asking<T> {
  const pid = typeof supervisor === "string" ? self.whereis(supervisor) : supervisor;
  if (pid === undefined) throw new SupervisorUnreachable("ended", supervisor, "nobody has this name");
  const ref = self.monitor(pid);
  self.send(pid, { type: "call", from: self.pid, ref, request });
  const message = yield* self.receive(ref, { within: withinMs });
  if (message?.type === "reply") return message.value as T;
  if (message !== undefined) {
    throw new SupervisorUnreachable("ended", supervisor, `ended: ${describeReason(message.reason)}`);
  }
  self.demonitor(ref);
  throw new SupervisorUnreachable("timeout", supervisor, `no answer within ${withinMs} ms`);
}
