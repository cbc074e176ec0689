/**
 * A supervisor: starts its children in order, restarts the one that ended (oneForOne), and ends itself
 * when restarts come faster than `intensity` in `periodMs`: then somebody above has to act.
 *
 * It watches by monitors (a naughty child may unlink), and never waits for a child without a limit. With
 * 5 restarts in 10 s a child that dies at once is started six times before the supervisor gives up.
 */
import type { Body } from "../process/cell-contract.ts";
import { type ExitReason, isOrderly } from "../process/exit-reason.ts";
import { type Pid, samePid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";

/** permanent: always restarted; transient: after a crash only; temporary: never. */
export type Restart = "permanent" | "transient" | "temporary";

export interface ChildSpec {
  readonly id: string;
  /** Starts the child: a process of this cell or a cell's first process. */
  readonly start: (self: Self<never>) => Pid;
  readonly restart: Restart;
  /** How long it may take to end when asked, ms; `brutal` does not ask. Default 2000. */
  readonly shutdownMs?: number | "brutal";
}

export type SupervisorEvent =
  | { readonly kind: "started"; readonly id: string; readonly pid: Pid; readonly restarts: number }
  | { readonly kind: "ended"; readonly id: string; readonly reason: ExitReason }
  | { readonly kind: "gaveUp"; readonly id: string; readonly reason: ExitReason };

export interface SupervisorSpec {
  readonly strategy: "oneForOne";
  readonly intensity: number;
  readonly periodMs: number;
  readonly children: readonly ChildSpec[];
  readonly onEvent?: (event: SupervisorEvent) => void;
}

interface Child {
  readonly spec: ChildSpec;
  pid: Pid;
  ref: number;
  restarts: number;
}

/** A body to spawn: `cell.spawn(supervisor(spec), [], { band: BAND.system })`. */
export function supervisor(spec: SupervisorSpec): Body<[], never> {
  return function* supervise(self) {
    self.trapExit();
    const onEvent = spec.onEvent ?? (() => {});
    const children: Child[] = [];
    const restartsUs: number[] = [];
    const start = (childSpec: ChildSpec, restarts: number): Child => {
      const pid = childSpec.start(self);
      onEvent({ kind: "started", id: childSpec.id, pid, restarts });
      return { spec: childSpec, pid, ref: self.monitor(pid), restarts };
    };
    for (const childSpec of spec.children) children.push(start(childSpec, 0));
    for (;;) {
      const message = yield* self.receive();
      if (message.type === "exit") {
        // A child that is linked ends by a `down` as well; only others' exits mean that we are to stop.
        if (children.some(({ pid }) => samePid(pid, message.from))) continue;
        yield* stop(self, children);
        return self.exit(self.pid, message.reason);
      }
      const at = children.findIndex(({ ref }) => ref === message.ref);
      const child = children[at];
      if (child === undefined) continue;
      const { reason } = message;
      onEvent({ kind: "ended", id: child.spec.id, reason });
      const restart =
        child.spec.restart === "permanent" || (child.spec.restart === "transient" && !isOrderly(reason));
      if (!restart) {
        children.splice(at, 1);
      } else if (mayRestart(restartsUs, self.nowUs(), spec)) {
        children[at] = start(child.spec, child.restarts + 1);
      } else {
        onEvent({ kind: "gaveUp", id: child.spec.id, reason });
        children.splice(at, 1);
        yield* stop(self, children);
        return self.exit(self.pid, { shutdown: `${child.spec.id} reached its restart intensity` });
      }
    }
  };
}

/** Counts this restart; false when it is one too many within the period. */
function mayRestart(restartsUs: number[], nowUs: number, { intensity, periodMs }: SupervisorSpec): boolean {
  restartsUs.push(nowUs);
  while (restartsUs[0]! < nowUs - periodMs * 1000) restartsUs.shift();
  return restartsUs.length <= intensity;
}

/** Ends the children, last started first, each within its limit. */
function* stop(self: Self<never>, children: readonly Child[]) {
  for (const { spec, pid, ref } of children.toReversed()) {
    const { shutdownMs = 2000 } = spec;
    if (shutdownMs !== "brutal") {
      self.exit(pid, "shutdown");
      const down = yield* self.receive({ type: "down", ref }, { within: shutdownMs });
      if (down !== undefined) continue;
    }
    self.kill(pid);
    yield* self.receive({ type: "down", ref }, { within: 500 });
  }
}
