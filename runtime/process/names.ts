/**
 * Names of processes inside one board, as one cell sees them: its own claims at once, others' as the
 * board's registry tells. A name is an address, not an authority over anything else.
 *
 * What the registry told outranks an own claim, which is then about to be refused; own claims are kept beside
 * it, so that one that is accepted after all is not lost with the other's release.
 */
import { type Pid, samePid } from "./pid.ts";

/** `board`: known to every cell of this board; `public`: to be told to other boards too. */
export type NameScope = "board" | "public";

/** Told of local claims and releases; forwards them to the board's registry. */
export interface NameRegistry {
  claim(name: string, pid: Pid, scope: NameScope): void;
  release(name: string, pid: Pid): void;
}

/** Told of public names as they come and go: what a link to another board passes on. */
export interface PublicNameWatcher {
  published(name: string, pid: Pid): void;
  withdrawn(name: string, pid: Pid): void;
}

interface Holder {
  readonly pid: Pid;
  readonly scope: NameScope;
}

export class Names {
  readonly #own = new Map<string, Holder>();
  readonly #told = new Map<string, Holder>();
  readonly #watchers = new Set<PublicNameWatcher>();
  #registry: NameRegistry | undefined;

  /** From now on local claims are reported; what was claimed before is reported at once. */
  connect(registry: NameRegistry): void {
    this.#registry = registry;
    for (const [name, { pid, scope }] of this.#own) registry.claim(name, pid, scope);
  }

  whereis(name: string): Pid | undefined {
    return this.#holder(name)?.pid;
  }

  list(): readonly string[] {
    return [...new Set([...this.#own.keys(), ...this.#told.keys()])];
  }

  /** The names that other boards may know, with their holders. */
  listPublic(): readonly (readonly [string, Pid])[] {
    return this.list().flatMap((name) => {
      const pid = publicPid(this.#holder(name));
      return pid === undefined ? [] : [[name, pid] as const];
    });
  }

  /** Tells of public names from now on; ask `listPublic` for those that are there. Returns how to stop. */
  watchPublic(watcher: PublicNameWatcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** A process of this cell takes a name, or makes one that it holds public. Only a release makes it less so. */
  claim(name: string, pid: Pid, scope: NameScope = "board"): void {
    const before = this.#own.get(name);
    const stays = before !== undefined && before.scope === "public" && samePid(before.pid, pid);
    const holder: Holder = { pid, scope: stays ? "public" : scope };
    this.#change(name, () => this.#own.set(name, holder));
    this.#registry?.claim(name, pid, holder.scope);
  }

  /** As `claim`, of a name that it holds already, as the registry knows. */
  inherit(name: string, pid: Pid, scope: NameScope): void {
    this.#change(name, () => {
      this.#told.delete(name);
      this.#own.set(name, { pid, scope });
    });
  }

  /** How far a name is known. */
  scopeOf(name: string): NameScope | undefined {
    return this.#holder(name)?.scope;
  }

  release(name: string, pid: Pid): void {
    this.#remove(this.#own, name, pid);
    this.#registry?.release(name, pid);
  }

  /** The registry says: the name belongs to this process of another cell. */
  added(name: string, pid: Pid, scope: NameScope = "board"): void {
    this.#change(name, () => this.#told.set(name, { pid, scope }));
  }

  /** The registry says: this holder of the name is gone. A newer holder stays. */
  removed(name: string, pid: Pid): void {
    this.#remove(this.#told, name, pid);
  }

  #holder(name: string): Holder | undefined {
    return this.#told.get(name) ?? this.#own.get(name);
  }

  #remove(from: Map<string, Holder>, name: string, pid: Pid): void {
    const holder = from.get(name);
    if (holder !== undefined && samePid(holder.pid, pid)) this.#change(name, () => from.delete(name));
  }

  #change(name: string, change: () => unknown): void {
    const before = publicPid(this.#holder(name));
    change();
    if (this.#watchers.size === 0) return;
    const after = publicPid(this.#holder(name));
    if (before === after || (before !== undefined && after !== undefined && samePid(before, after))) return;
    for (const watcher of this.#watchers) {
      if (before !== undefined) watcher.withdrawn(name, before);
      if (after !== undefined) watcher.published(name, after);
    }
  }
}

function publicPid(holder: Holder | undefined): Pid | undefined {
  return holder?.scope === "public" ? holder.pid : undefined;
}
