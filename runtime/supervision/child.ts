/** The supervisor's record of one child. Only the supervisor that keeps it touches it. */
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { CompleteChildSpec } from "./child-spec.ts";
import { type Due, notDue } from "./due-times.ts";
import type { HeldReport } from "./supervisor-request.ts";

/**
 * idle: its spec is kept, it does not run. starting: runs, has not said that it is ready. running. stopping:
 * asked to end or killed. restarting: waits for its turn or for its pause. held: crashed, kept for inspection.
 */
export type ChildState = "idle" | "starting" | "running" | "stopping" | "restarting" | "held";

/** What follows when a child that is being stopped has ended. */
export type AfterStop =
  /** It stays down; a temporary one is forgotten. */
  | "idle"
  /** It is started again with its group. */
  | "restart"
  /** It was not ready in time: that start failed. */
  | "failed"
  /** It said that it is not wanted. */
  | "ignored";

/** Why a child is being started: says what a failure means. */
export type StartCause =
  /** With the supervisor: a failure ends the supervisor. */
  | "first"
  /** Somebody asked for a new child: a failure is told, and the child forgotten. */
  | "asked"
  /** Somebody asked for a child that is known: a failure is told, the child stays down. */
  | "askedAgain"
  /** It ended: a failure counts as another end. */
  | "restart";

/** Who waits for an answer. */
export interface Caller {
  readonly from: Pid;
  readonly ref: number;
}

export class Child implements Due {
  spec: CompleteChildSpec;
  /** Its place in the order of starts. */
  readonly order: number;
  /** What `startChild` of a simpleOneForOne added. Not kept for temporary children. */
  args: readonly unknown[];
  state: ChildState = "idle";
  /** While it is starting, running or stopping. */
  pid: Pid | undefined;
  /** By what its process, or the last it had, is found. */
  pidKey: Pid | string | undefined;
  /** The monitor on `pid`; 0 without. */
  ref = 0;
  cause: StartCause = "first";
  afterStop: AfterStop = "idle";
  /** Asking is over: it was killed. */
  killed = false;
  /** The present state is over by then, us. */
  dueUs = 0;
  place = notDue;
  /** It is to be stopped with its group; others come first. */
  condemned = false;
  /** How often it became ready. */
  starts = 0;
  /** Failures in a row. */
  failures = 0;
  startedUs = 0;
  /** Not tried again before, us. */
  pauseUntilUs = 0;
  /** How its last process is printed; known for children that may be held. */
  lastPid = "";
  held: HeldReport | undefined;
  /** Why the start under way failed, when that is known before it ended. */
  failure: ExitReason | undefined;
  startCaller: Caller | undefined;
  stopCallers: Caller[] | undefined;

  constructor(spec: CompleteChildSpec, order: number, args: readonly unknown[]) {
    this.spec = spec;
    this.order = order;
    this.args = args;
  }

  /** Keeps its crash for inspection. */
  hold(reason: ExitReason, atUs: number): void {
    const { lastPid, startedUs, restarts } = this;
    this.state = "held";
    this.held = { pid: lastPid, reason, atUs, livedUs: atUs - startedUs, restarts };
  }

  /** How often it was started again. */
  get restarts(): number {
    return Math.max(0, this.starts - 1);
  }

  /** There is a process that will be heard to end. */
  get alive(): boolean {
    return this.ref !== 0;
  }
}
