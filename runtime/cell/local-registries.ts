/**
 * Names and groups of a board whose cells are all in one thread: the board's registries and each cell's view of
 * them. A change is in every other cell's view at once.
 */
import type { Item } from "../code-change/gate-frame.ts";
import { Groups } from "../process/groups.ts";
import { type NameRegistry as NameClaims, Names } from "../process/names.ts";
import { exportPid, importPid, isOfCell, type Pid, type WirePid } from "../process/pid.ts";
import { GroupRegistry } from "./group-registry.ts";
import { NameRegistry } from "./name-registry.ts";

/** The kernel around. */
export interface LocalRegistriesHost {
  /** The loser of a race for a name. */
  refused(name: string, pid: Pid): void;
  /** To a version on trial of that cell, if there is one. */
  tellTrial(cell: string, item: Item): void;
}

export class LocalRegistries {
  readonly #names = new Map<string, Names>();
  readonly #groups = new Map<string, Groups>();
  readonly #nameRegistry: NameRegistry;
  readonly #groupRegistry: GroupRegistry;

  constructor(host: LocalRegistriesHost) {
    this.#nameRegistry = new NameRegistry({
      named: (name, pid, scope) => {
        for (const [cell, names] of this.#names) {
          if (isOfCell(pid, cell)) continue;
          names.added(name, importPid(pid), scope);
          host.tellTrial(cell, { named: name, pid, scope });
        }
      },
      unnamed: (name, pid) => {
        for (const [cell, names] of this.#names) {
          if (isOfCell(pid, cell)) continue;
          names.removed(name, importPid(pid));
          host.tellTrial(cell, { unnamed: name, pid });
        }
      },
      refused: (name, pid) => host.refused(name, pid),
    });
    this.#groupRegistry = new GroupRegistry(({ group, pid, times }) => {
      for (const [cell, groups] of this.#groups) {
        if (cell === pid.cell) continue;
        groups.told(group, importPid(pid), times);
        host.tellTrial(cell, { member: { group, pid, times } });
      }
    });
  }

  /** For what is the cell, or becomes it: claims of its processes. */
  readonly claims: NameClaims = {
    claim: (name, pid, scope) => this.#nameRegistry.claim(name, exportPid(pid), scope),
    release: (name, pid) => this.#nameRegistry.release(name, exportPid(pid)),
  };

  /** `via`: the cell that claims it for a process of another board. */
  claim(name: string, pid: WirePid, via?: string): void {
    this.#nameRegistry.claim(name, pid, "board", via);
  }

  release(name: string, pid: WirePid): void {
    this.#nameRegistry.release(name, pid);
  }

  /** A new cell's view of the names. */
  namesOf(cell: string): Names {
    const names = new Names();
    for (const { name, pid, scope } of this.#nameRegistry.entries()) names.added(name, importPid(pid), scope);
    this.#names.set(cell, names);
    names.connect(this.claims);
    return names;
  }

  /** A new cell's view of the groups. */
  groupsOf(cell: string): Groups {
    const groups = new Groups();
    for (const { group, pid, times } of this.#groupRegistry.entries()) {
      groups.told(group, importPid(pid), times);
    }
    this.#adopt(cell, groups);
    return groups;
  }

  /** A new version is the cell from now on. Its names are connected with `claims` already. */
  replace(cell: string, names: Names, groups: Groups): void {
    this.#names.set(cell, names);
    this.#adopt(cell, groups);
  }

  /** That life of the cell is over: what its processes held is free. */
  forget(cell: string, incarnation: number): void {
    this.#names.delete(cell);
    this.#nameRegistry.releaseCell(cell, incarnation);
    this.#groups.delete(cell);
    this.#groupRegistry.releaseCell(cell, incarnation);
  }

  #adopt(cell: string, groups: Groups): void {
    this.#groups.set(cell, groups);
    groups.connect({
      membership: (group, pid, times) => this.#groupRegistry.set({ group, pid: exportPid(pid), times }),
    });
  }
}
