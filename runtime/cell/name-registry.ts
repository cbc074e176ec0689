/** The board's registry of names: who claimed first holds it; every cell is told. Kept by the kernel. */
import type { NameScope } from "../process/names.ts";
import { importPid, type Pid, samePid, type WirePid } from "../process/pid.ts";

export interface NameListeners {
  /** Told again when its holder makes the name public. */
  named(name: string, pid: WirePid, scope: NameScope): void;
  unnamed(name: string, pid: WirePid): void;
  /** The loser of a race for a name. */
  refused(name: string, pid: Pid, holder: Pid): void;
}

/** A name, who holds it, and who may know it. */
export interface NameEntry {
  readonly name: string;
  readonly pid: WirePid;
  readonly scope: NameScope;
}

export class NameRegistry {
  readonly #names = new Map<string, NameEntry>();
  readonly #listeners: NameListeners;

  constructor(listeners: NameListeners) {
    this.#listeners = listeners;
  }

  claim(name: string, pid: WirePid, scope: NameScope = "board"): void {
    const holder = this.#names.get(name)?.pid;
    if (holder !== undefined && !samePid(importPid(holder), importPid(pid))) {
      this.#listeners.refused(name, importPid(pid), importPid(holder));
      return;
    }
    this.#names.set(name, { name, pid, scope });
    this.#listeners.named(name, pid, scope);
  }

  release(name: string, pid: WirePid): void {
    const holder = this.#names.get(name)?.pid;
    if (holder === undefined || !samePid(importPid(holder), importPid(pid))) return;
    this.#names.delete(name);
    this.#listeners.unnamed(name, holder);
  }

  /** All names of a cell's life that is over. */
  releaseCell(cell: string, incarnation: number): void {
    for (const { name, pid } of [...this.#names.values()]) {
      if (pid.cell === cell && pid.incarnation === incarnation) this.release(name, pid);
    }
  }

  entries(): readonly NameEntry[] {
    return [...this.#names.values()];
  }
}
