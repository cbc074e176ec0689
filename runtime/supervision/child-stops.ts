/** Ends children: asks, kills when asking took too long, and says when even that did not help. */
import type { Kernel } from "../cell/kernel.ts";
import type { Self } from "../process/self.ts";
import type { AfterStop, Child } from "./child.ts";
import type { DueTimes } from "./due-times.ts";

/** A killed process of this cell ends at once; a thread takes some ms, and one in a system call never does. */
const KILL_LIMIT_MS = 1000;
/** Number of a cell's first process. */
const ROOT = 1;

export class ChildStops {
  readonly #self: Self<never>;
  readonly #due: DueTimes<Child>;
  readonly #kernel: Kernel | undefined;

  constructor(self: Self<never>, due: DueTimes<Child>, kernel: Kernel | undefined) {
    this.#self = self;
    this.#due = due;
    this.#kernel = kernel;
  }

  /** Asks a child to end, within the limit of its spec; `brutal` kills it at once. */
  begin(child: Child, afterStop: AfterStop): void {
    const { shutdownMs } = child.spec;
    child.afterStop = afterStop;
    child.state = "stopping";
    this.#due.clear(child);
    if (shutdownMs === "brutal") {
      this.#kill(child);
      return;
    }
    this.#self.exit(child.pid!, "shutdown");
    if (shutdownMs !== "infinite") this.#due.set(child, this.#self.nowUs() + shutdownMs * 1000);
  }

  /** The time limit of a child with a process passed: true when there is nothing left to do about it. */
  expired(child: Child): boolean {
    if (child.killed) return true;
    if (child.state === "starting") {
      child.failure = "late";
      child.afterStop = "failed";
      child.state = "stopping";
    }
    this.#kill(child);
    return false;
  }

  #kill(child: Child): void {
    const pid = child.pid!;
    child.killed = true;
    this.#due.set(child, this.#self.nowUs() + KILL_LIMIT_MS * 1000);
    const isCell = pid.number === ROOT && pid.cell !== this.#self.pid.cell;
    if (isCell && this.#kernel !== undefined) this.#kernel.endCell(pid.cell, pid.incarnation, "killed");
    else this.#self.kill(pid);
  }
}
