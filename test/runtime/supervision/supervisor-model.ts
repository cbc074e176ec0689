/**
 * What a supervisor does, said as simply as possible: children that obey at once and start at once, a list, and
 * a rule for each thing that can happen. The events are what the real one is compared by.
 */
import type { Restart } from "../../../runtime/supervision/child-spec.ts";
import type { Strategy } from "../../../runtime/supervision/supervisor-spec.ts";

export type ModelEnd = "shutdown" | "crash" | "kill";

interface ModelChild {
  readonly id: string;
  readonly restart: Restart;
  runs: boolean;
  starts: number;
}

export class SupervisorModel {
  readonly events: string[] = [];
  over = false;
  readonly #strategy: Strategy;
  readonly #intensity: number;
  readonly #periodMs: number;
  #children: ModelChild[] = [];
  #restartsMs: number[] = [];

  constructor(strategy: Strategy, intensity: number, periodMs: number) {
    this.#strategy = strategy;
    this.#intensity = intensity;
    this.#periodMs = periodMs;
  }

  /** `id runs` or `id down`, in the order of starts. */
  get states(): readonly string[] {
    return this.#children.map(({ id, runs }) => `${id} ${runs ? "runs" : "down"}`);
  }

  /** Ids of the children that run. */
  get running(): readonly string[] {
    return this.#children.filter(({ runs }) => runs).map(({ id }) => id);
  }

  startChild(id: string, restart: Restart): string {
    const known = this.#find(id);
    if (known !== undefined) return known.runs ? "alreadyStarted" : "alreadyPresent";
    const child: ModelChild = { id, restart, runs: false, starts: 0 };
    this.#children.push(child);
    this.#start(child);
    return "ok";
  }

  terminateChild(id: string): string {
    const child = this.#find(id);
    if (child === undefined) return "notFound";
    if (child.runs) this.#stop(child);
    return "ok";
  }

  restartChild(id: string): string {
    const child = this.#find(id);
    if (child === undefined) return "notFound";
    if (child.runs) return "running";
    this.#start(child);
    return "ok";
  }

  deleteChild(id: string): string {
    const child = this.#find(id);
    if (child === undefined) return "notFound";
    if (child.runs) return "running";
    this.#children = this.#children.filter((each) => each !== child);
    return "ok";
  }

  ends(id: string, end: ModelEnd, nowMs: number): void {
    const child = this.#find(id);
    if (child?.runs !== true) return;
    const reason = end === "kill" ? "killed" : end === "crash" ? "Error: crash" : "shutdown";
    this.events.push(`ended ${id}: ${reason}`);
    child.runs = false;
    if (child.restart === "temporary") this.#children = this.#children.filter((each) => each !== child);
    const again = child.restart === "permanent" || (child.restart === "transient" && end !== "shutdown");
    if (!again) return;
    this.#restartsMs = this.#restartsMs.filter((ms) => nowMs - ms <= this.#periodMs);
    this.#restartsMs.push(nowMs);
    if (this.#restartsMs.length > this.#intensity) {
      this.events.push(`gaveUp ${id}: ${reason}`);
      this.end();
      return;
    }
    const group = this.#group(child);
    for (const each of group.toReversed()) if (each.runs) this.#stop(each);
    for (const each of group) if (each.restart !== "temporary") this.#start(each);
  }

  end(): void {
    for (const each of this.#children.toReversed()) if (each.runs) this.#stop(each);
    this.over = true;
  }

  #group(child: ModelChild): readonly ModelChild[] {
    if (this.#strategy === "oneForAll") return [...this.#children];
    if (this.#strategy === "restForOne") return this.#children.slice(this.#children.indexOf(child));
    return [child];
  }

  #start(child: ModelChild): void {
    child.runs = true;
    this.events.push(`started ${child.id}#${child.starts++}`);
  }

  #stop(child: ModelChild): void {
    child.runs = false;
    this.events.push(`stopped ${child.id}: shutdown`);
    if (child.restart === "temporary") this.#children = this.#children.filter((each) => each !== child);
  }

  #find(id: string): ModelChild | undefined {
    return this.#children.find((child) => child.id === id);
  }
}
