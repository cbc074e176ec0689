/** The board's registry of names: who claimed first holds it; every cell is told. Kept by the kernel. */
import { importPid, type Pid, samePid, type WirePid } from "../process/pid.ts";

export interface NameListeners {
  named(name: string, pid: WirePid): void;
  unnamed(name: string, pid: WirePid): void;
  /** The loser of a race for a name. */
  refused(name: string, pid: Pid, holder: Pid): void;
}

export class NameRegistry {
  readonly #names = new Map<string, WirePid>();
  readonly #listeners: NameListeners;

  constructor(listeners: NameListeners) {
    this.#listeners = listeners;
  }

  claim(name: string, pid: WirePid): void {
    const holder = this.#names.get(name);
    if (holder !== undefined && !samePid(importPid(holder), importPid(pid))) {
      this.#listeners.refused(name, importPid(pid), importPid(holder));
      return;
    }
    this.#names.set(name, pid);
    this.#listeners.named(name, pid);
  }

  release(name: string, pid: WirePid): void {
    const holder = this.#names.get(name);
    if (holder === undefined || !samePid(importPid(holder), importPid(pid))) return;
    this.#names.delete(name);
    this.#listeners.unnamed(name, holder);
  }

  /** All names of a cell's life that is over. */
  releaseCell(cell: string, incarnation: number): void {
    for (const [name, pid] of this.#names) {
      if (pid.cell === cell && pid.incarnation === incarnation) this.release(name, pid);
    }
  }

  entries(): readonly (readonly [string, WirePid])[] {
    return [...this.#names];
  }
}
