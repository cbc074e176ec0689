/**
 * Names of processes inside one board, as one cell sees them: its own claims at once, others' as the
 * board's registry tells. A name is an address, not an authority over anything else.
 */
import { type Pid, samePid } from "./pid.ts";

/** Told of local claims and releases; forwards them to the board's registry. */
export interface NameRegistry {
  claim(name: string, pid: Pid): void;
  release(name: string, pid: Pid): void;
}

export class Names {
  readonly #pids = new Map<string, Pid>();
  #registry: NameRegistry | undefined;

  /** From now on local claims are reported; what was claimed before is reported at once. */
  connect(registry: NameRegistry): void {
    this.#registry = registry;
    for (const [name, pid] of this.#pids) registry.claim(name, pid);
  }

  whereis(name: string): Pid | undefined {
    return this.#pids.get(name);
  }

  list(): readonly string[] {
    return [...this.#pids.keys()];
  }

  /** A process of this cell takes a name. */
  claim(name: string, pid: Pid): void {
    this.#pids.set(name, pid);
    this.#registry?.claim(name, pid);
  }

  release(name: string, pid: Pid): void {
    this.removed(name, pid);
    this.#registry?.release(name, pid);
  }

  /** The registry says: the name belongs to this process of another cell. */
  added(name: string, pid: Pid): void {
    this.#pids.set(name, pid);
  }

  /** The registry says: this holder of the name is gone. A newer holder stays. */
  removed(name: string, pid: Pid): void {
    const holder = this.#pids.get(name);
    if (holder !== undefined && samePid(holder, pid)) this.#pids.delete(name);
  }
}
