/**
 * A supervisor: starts its children in order, restarts those that ended by its strategy, and ends itself when
 * restarts come faster than `intensity` in `periodMs`: then somebody above has to act.
 *
 * It watches by monitors (a naughty child may unlink) and is linked to its children (they do not outlive it).
 * It has one receive and never waits anywhere else: while a child starts slowly, stops slowly or pauses, it
 * answers, and sees the others.
 */
import type { Body } from "../process/cell-contract.ts";
import { Pid } from "../process/pid.ts";
import { BAND } from "../process/process.ts";
import type { Incoming, Self } from "../process/self.ts";
import { Administration } from "./administration.ts";
import type { ChildSpec, Restart } from "./child-spec.ts";
import { isObject } from "./child-spec-check.ts";
import { Supervision } from "./supervision.ts";
import type { StartAcknowledgement, SupervisorCall, SupervisorMessage } from "./supervisor-request.ts";
import type { SupervisorSpec } from "./supervisor-spec.ts";
import { supervisorSpecProblems } from "./supervisor-spec-check.ts";

/**
 * A body to spawn: `cell.spawn(supervisor(spec), [], { band: BAND.system })`. Throws a TypeError that names
 * everything that is wrong with the spec.
 */
export function supervisor(spec: SupervisorSpec): Body<[], SupervisorMessage> {
  const problems = supervisorSpecProblems(spec);
  if (problems.length > 0) throw new TypeError(`a supervisor cannot be made:\n  ${problems.join("\n  ")}`);
  return function* supervise(self) {
    self.trapExit();
    if (spec.name !== undefined) self.register(spec.name);
    const supervision = new Supervision(self as unknown as Self<never>, spec);
    const administration = new Administration(supervision);
    supervision.startAll();
    while (!supervision.over) {
      const message = yield* self.receive(undefined, { untilUs: supervision.nextDueUs });
      if (message !== undefined) take(message, supervision, administration);
      supervision.expire(self.nowUs());
    }
    self.trapExit(false);
    self.exit(self.pid, supervision.ending ?? "normal");
  };
}

/** A supervisor as a child of another; it runs in the same cell, in the band of supervisors. */
export function nestedSupervisor(
  id: string,
  spec: SupervisorSpec,
  options: { readonly restart?: Restart; readonly significant?: boolean } = {},
): ChildSpec {
  const body = supervisor(spec);
  return {
    id,
    type: "supervisor",
    start: (self) => self.spawn(body, [], { label: id, band: BAND.system }),
    ...options,
  };
}

function take(
  message: Incoming<SupervisorMessage>,
  supervision: Supervision,
  administration: Administration,
): void {
  // Whatever another process sends must not end a supervisor.
  if (!isObject(message as unknown)) return;
  switch (message.type) {
    case "down":
      supervision.down(message.ref, message.reason);
      break;
    case "exit":
      if (message.from instanceof Pid) supervision.exit(message.from, message.reason);
      break;
    case "childStarted":
      if (isAcknowledgement(message)) supervision.acknowledged(message);
      break;
    case "call":
      if (isCall(message)) administration.call(message);
      break;
  }
}

function isCall({ from, ref, request }: SupervisorCall): boolean {
  return from instanceof Pid && typeof ref === "number" && isObject(request);
}

function isAcknowledgement({ pid, outcome }: StartAcknowledgement): boolean {
  return pid instanceof Pid && (outcome === "ready" || outcome === "ignore");
}
