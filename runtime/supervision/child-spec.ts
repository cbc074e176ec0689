/**
 * What a child of a supervisor is: how it starts, when it is started again, how it is ended.
 *
 * A start is code (a function, held by the supervisor that was made with it) or data (which travels in a
 * message, so that children can be started while the supervisor runs): functions cannot be copied.
 */
import type { CellSpec, ExportRef } from "../cell/kernel.ts";
import type { Pid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";

/** permanent: always started again; transient: after a crash only; temporary: never, and then forgotten. */
export type Restart = "permanent" | "transient" | "temporary";

/** How long a child may take to end when asked, ms; `brutal` does not ask; `infinite` is for supervisors. */
export type Shutdown = number | "brutal" | "infinite";

/** A child of type supervisor is given all the time it needs to end its own children. */
export type ChildType = "worker" | "supervisor";

/** What a start gave: a pid, a pid with something for whoever asked, or nothing (the child is not wanted). */
export type StartResult = Pid | undefined | { readonly pid: Pid; readonly info: unknown };

/**
 * Starts a child: a process of this cell, or a cell's first process. Runs inside the supervisor, so it must
 * not wait; what it throws is a failed start. `args` come from `startChild` of a simpleOneForOne.
 */
export type StartFunction = (self: Self<never>, ...args: never[]) => StartResult;

/** A start as data. A child with `startMs` gets the supervisor's pid as last argument (`cell` and `body`). */
export type StartData =
  /** A function that the supervisor was made with, by its name in `templates`. */
  | { readonly template: string; readonly args?: readonly unknown[] }
  /** A cell, started by the supervisor's `kernel`. */
  | { readonly cell: CellSpec }
  /** A process in the supervisor's cell; `resolve` of the supervisor finds its body. */
  | { readonly body: ExportRef; readonly args?: readonly unknown[] };

export interface ChildSpec {
  /** Unique among the children of its supervisor. */
  readonly id: string;
  readonly start: StartFunction | StartData;
  /** Default `permanent`. */
  readonly restart?: Restart;
  /** Default 2000 ms for workers, `infinite` for supervisors. */
  readonly shutdownMs?: Shutdown;
  /** Default `worker`. */
  readonly type?: ChildType;
  /**
   * The child says when it is ready (`acknowledgeStart`), within this many ms of its start; only then is the
   * next one started. Without, a child counts as ready when its start function returned.
   */
  readonly startMs?: number;
  /** Its end by itself counts for the supervisor's `autoShutdown`. Default false; not for permanent children. */
  readonly significant?: boolean;
  /** A crash is kept for inspection: the child stays down, its report can be asked for, until `releaseChild`. */
  readonly hold?: boolean;
}

/** A child that can be asked for by message. */
export type DynamicChildSpec = ChildSpec & { readonly start: StartData };

/** A spec with every default filled in. */
export type CompleteChildSpec = Required<Omit<ChildSpec, "startMs">> & {
  readonly startMs: number | undefined;
};
