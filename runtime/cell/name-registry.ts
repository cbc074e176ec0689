/**
 * The board's registry of names: who claimed first holds it; every cell is told. Kept by the kernel. Names of other
 * boards, which have an @ in them, are claimed by the cell that speaks with these boards.
 */
import type { NameScope } from "../process/names.ts";
import { importPid, isOfCell, type Pid, samePid, type WirePid } from "../process/pid.ts";

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
  /** Of a process of another board: the cell that told of it. */
  readonly via?: string;
}

export class NameRegistry {
  readonly #names = new Map<string, NameEntry>();
  readonly #listeners: NameListeners;

  constructor(listeners: NameListeners) {
    this.#listeners = listeners;
  }

  /** `via`: the cell that claims it for a process of another board. */
  claim(name: string, pid: WirePid, scope: NameScope = "board", via?: string): void {
    const isAbroad = pid.life !== undefined;
    const holder = this.#names.get(name)?.pid;
    if (holder !== undefined && !samePid(importPid(holder), importPid(pid))) {
      // Only that board knows whose it is, and whose it is now.
      if (!isAbroad) {
        this.#listeners.refused(name, importPid(pid), importPid(holder));
        return;
      }
      this.release(name, holder);
    }
    this.#names.set(name, { name, pid, scope, ...(isAbroad && via !== undefined && { via }) });
    this.#listeners.named(name, pid, scope);
  }

  release(name: string, pid: WirePid): void {
    const holder = this.#names.get(name)?.pid;
    if (holder === undefined || !samePid(importPid(holder), importPid(pid))) return;
    this.#names.delete(name);
    this.#listeners.unnamed(name, holder);
  }

  /** All names of a cell's life that is over, and all that it told of. */
  releaseCell(cell: string, incarnation: number): void {
    for (const { name, pid, via } of this.entries()) {
      const isOfIt = isOfCell(pid, cell) && pid.incarnation === incarnation;
      if (isOfIt || via === cell) this.release(name, pid);
    }
  }

  entries(): readonly NameEntry[] {
    return [...this.#names.values()];
  }
}
