import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";
import type { Waited } from "./handler-result.ts";

/**
 * What the end of an application means for the others.
 *
 *   permanent  all are stopped, and so is the controller
 *   transient  the same, unless it ended for `normal` or `shutdown`
 *   temporary  it is reported, nothing more
 */
export type ApplicationType = "permanent" | "transient" | "temporary";

/** A part of the system that is started and stopped as a whole. */
export interface ApplicationSpec {
  readonly name: string;
  /** Names of those that have to run before it is started. */
  readonly needs?: readonly string[];
  /** Default `permanent`. */
  readonly type?: ApplicationType;
  /**
   * Starts its top process, a supervisor as a rule, and gives its pid. Runs in a process of its own, may wait
   * (`yield* startServer(...)`). An error is a failed start.
   */
  start(self: Self<unknown>): Waited<Pid>;
  /** Before its top process is asked to end. */
  prepareStop?(self: Self<unknown>): Waited<void>;
  /** After its top process ended, however that was. */
  stop?(self: Self<unknown>): Waited<void>;
  /** Longest time of `start`, ms. Default 5000. */
  readonly startMs?: number;
  /** How long the top process may take to end when asked, ms. Default 5000; then it is killed. */
  readonly stopMs?: number;
}

/** What happens to applications, for who composes the system. */
export type ApplicationEvent =
  | { readonly kind: "started"; readonly name: string; readonly pid: Pid }
  | { readonly kind: "startFailed"; readonly name: string; readonly why: string }
  /** Asked for. */
  | { readonly kind: "stopped"; readonly name: string }
  /** By itself. */
  | { readonly kind: "ended"; readonly name: string; readonly reason: ExitReason };
