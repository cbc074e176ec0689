/**
 * The children of one supervisor, in the order of starts, found by id, by monitor and by pid.
 *
 * Nothing is searched: a simpleOneForOne may have tens of thousands.
 */
import { type Pid, pidId, processOf } from "../process/pid.ts";
import { Child } from "./child.ts";
import type { CompleteChildSpec } from "./child-spec.ts";
import type { ChildKey } from "./supervisor-request.ts";

export class Children implements Iterable<Child> {
  readonly #named: boolean;
  readonly #all = new Set<Child>();
  readonly #byId = new Map<string, Child>();
  readonly #byRef = new Map<number, Child>();
  readonly #byPid = new Map<PidKey, Child>();
  #lastOrder = 0;

  /** `named`: found by id; the children of a simpleOneForOne all have the same. */
  constructor(named: boolean) {
    this.#named = named;
  }

  [Symbol.iterator](): Iterator<Child> {
    return this.#all.values();
  }

  get size(): number {
    return this.#all.size;
  }

  /** Children with a process. */
  get aliveCount(): number {
    return this.#byRef.size;
  }

  add(spec: CompleteChildSpec, args: readonly unknown[]): Child {
    const child = new Child(spec, ++this.#lastOrder, args);
    this.#all.add(child);
    if (this.#named) this.#byId.set(spec.id, child);
    return child;
  }

  remove(child: Child): void {
    this.#all.delete(child);
    if (this.#named) this.#byId.delete(child.spec.id);
    this.#forgetPid(child);
  }

  /** The child has a process now. */
  watch(child: Child, pid: Pid, ref: number): void {
    this.#forgetPid(child);
    child.pid = pid;
    child.pidKey = keyOf(pid);
    child.ref = ref;
    this.#byRef.set(ref, child);
    this.#byPid.set(child.pidKey, child);
  }

  /** Its process ended. By the pid of that process it is known until it has another. */
  unwatch(child: Child): void {
    this.#byRef.delete(child.ref);
    child.ref = 0;
    child.pid = undefined;
  }

  watchedBy(ref: number): Child | undefined {
    return this.#byRef.get(ref);
  }

  /** The child whose process this is, or was last. */
  withPid(pid: Pid): Child | undefined {
    return this.#byPid.get(keyOf(pid));
  }

  #forgetPid(child: Child): void {
    const { pidKey } = child;
    if (pidKey !== undefined && this.#byPid.get(pidKey) === child) this.#byPid.delete(pidKey);
  }

  /** By id; by pid where ids say nothing. */
  find(key: ChildKey): Child | undefined {
    if (typeof key === "string") return this.#byId.get(key);
    return this.#named ? undefined : this.withPid(key);
  }
}

/** A process of this cell has one pid object; those of other cells come anew with each message. */
type PidKey = Pid | string;

function keyOf(pid: Pid): PidKey {
  return processOf(pid) === undefined ? pidId(pid) : pid;
}
