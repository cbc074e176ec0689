/** Starts a child's process, links it and watches it. */
import { crashReason, type ExitReason } from "../process/exit-reason.ts";
import type { Self } from "../process/self.ts";
import type { Child } from "./child.ts";
import type { Children } from "./children.ts";
import type { DueTimes } from "./due-times.ts";
import { launch } from "./launch.ts";
import type { SupervisorSpec } from "./supervisor-spec.ts";

/** What became of a start, as far as it is known at once. */
export type StartOutcome =
  /** It runs and counts as ready. */
  | { readonly kind: "ready"; readonly info: unknown }
  /** It runs and has to say that it is ready. */
  | { readonly kind: "pending" }
  /** It is not wanted. */
  | { readonly kind: "ignored" }
  | { readonly kind: "failed"; readonly reason: ExitReason };

export class ChildStarts {
  readonly #self: Self<never>;
  readonly #due: DueTimes<Child>;
  readonly #children: Children;

  constructor(self: Self<never>, due: DueTimes<Child>, children: Children) {
    this.#self = self;
    this.#due = due;
    this.#children = children;
  }

  begin(child: Child, supervisor: SupervisorSpec): StartOutcome {
    child.failure = undefined;
    child.killed = false;
    child.afterStop = "idle";
    try {
      const { pid, info } = launch(this.#self, child, supervisor);
      if (pid === undefined) return { kind: "ignored" };
      if (this.#children.withPid(pid)?.alive) throw new Error(`${pid} is a child already`);
      this.#self.link(pid);
      this.#children.watch(child, pid, this.#self.monitor(pid));
      child.state = "starting";
      const { startMs } = child.spec;
      if (startMs === undefined) return { kind: "ready", info };
      this.#due.set(child, this.#self.nowUs() + startMs * 1000);
      return { kind: "pending" };
    } catch (error) {
      return { kind: "failed", reason: crashReason(error) };
    }
  }
}
