/**
 * The order in which a group of children is stopped and started: stops first, last started first, one at a
 * time; then starts, first started first, one at a time. Groups that overlap become one.
 */
import type { Child } from "./child.ts";

export class GroupWork {
  #toStop: Child[] = [];
  #toStart: Child[] = [];
  /** Its end is awaited. */
  #stopping: Child | undefined;
  /** Its being ready, or the end of its pause, is awaited. */
  #starting: Child | undefined;

  /** There is work, so whoever wants to start has to queue. */
  get busy(): boolean {
    return this.#toStop.length + this.#toStart.length > 0 || this.awaits;
  }

  /** Nothing can be done before something else has happened. */
  get awaits(): boolean {
    return this.#stopping !== undefined || this.#starting !== undefined;
  }

  /** Stops those of `group` that run, then starts all of them again; temporary ones are only stopped. */
  restart(group: readonly Child[]): void {
    const again = group.filter(({ spec }) => spec.restart !== "temporary");
    for (const child of again) {
      if (child.alive) child.afterStop = "restart";
      else child.state = "restarting";
    }
    const running = group.filter(({ alive }) => alive);
    for (const child of running) child.condemned = true;
    this.#toStop = inOrder([...this.#toStop, ...running]);
    this.addStarts(again);
  }

  /** Stops `group`; nothing is started any more. */
  stop(group: readonly Child[]): void {
    for (const child of group) {
      child.condemned = child.alive;
      child.afterStop = "idle";
    }
    this.#toStop = inOrder(group);
    this.#toStart = [];
  }

  /** Starts `children` when it is their turn. */
  addStarts(children: readonly Child[]): void {
    this.#toStart = inOrder([...this.#toStart, ...children]);
  }

  /** It need not be started any more. */
  dropStart(child: Child): void {
    const at = this.#toStart.indexOf(child);
    if (at !== -1) this.#toStart.splice(at, 1);
    if (this.#starting === child && !child.alive) this.#starting = undefined;
  }

  /** It ended, became ready, or its pause is over. */
  happened(child: Child): void {
    if (this.#stopping === child) this.#stopping = undefined;
    if (this.#starting === child) this.#starting = undefined;
  }

  /** The next to be stopped, whose end is then awaited. */
  nextStop(): Child | undefined {
    if (this.#stopping !== undefined) return undefined;
    for (;;) {
      const child = this.#toStop.pop();
      if (child === undefined || child.alive) {
        this.#stopping = child;
        return child;
      }
    }
  }

  /** The next to be started, once nothing is left to stop. It stays next until `begun`. */
  nextStart(): Child | undefined {
    return this.awaits || this.#toStop.length > 0 ? undefined : this.#toStart[0];
  }

  begun(child: Child): void {
    if (this.#toStart[0] === child) this.#toStart.shift();
  }

  await(child: Child): void {
    this.#starting = child;
  }
}

/** Each once, in the order of starts. */
function inOrder(children: readonly Child[]): Child[] {
  return [...new Set(children)].sort((a, b) => a.order - b.order);
}
