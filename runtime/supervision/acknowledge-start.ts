/**
 * The child's side of an acknowledged start: a child whose spec has `startMs` says when it is ready, and only
 * then is the next one started. A child that fails simply throws before.
 */
import type { Pid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";
import type { StartAcknowledgement } from "./supervisor-request.ts";

/** Says that this process is ready; `info` goes to whoever asked for it to be started. */
export function acknowledgeStart<M>(self: Self<M>, supervisor: Pid, info?: unknown): void {
  tell(self, supervisor, { type: "childStarted", pid: self.pid, outcome: "ready", info });
}

/** Says that this process is not wanted (nothing to do here, say): it is not started again, and no failure. */
export function declineStart<M>(self: Self<M>, supervisor: Pid): void {
  tell(self, supervisor, { type: "childStarted", pid: self.pid, outcome: "ignore", info: undefined });
}

function tell<M>(self: Self<M>, supervisor: Pid, message: StartAcknowledgement): void {
  self.send(supervisor, message);
}
