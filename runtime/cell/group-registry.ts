/**
 * The board's process groups: which process is in which group, and how often. Kept by the kernel, which tells
 * every cell. A member's state is told, not its change: who hears it twice, or late, is right all the same.
 */
import type { Membership } from "../process/groups.ts";

export class GroupRegistry {
  readonly #groups = new Map<string, Map<string, Membership>>();
  readonly #told: (membership: Membership) => void;

  constructor(told: (membership: Membership) => void) {
    this.#told = told;
  }

  /** A cell says how often its process is in a group. */
  set(membership: Membership): void {
    const { group, pid, times } = membership;
    const id = `${pid.cell}/${pid.incarnation}/${pid.number}`;
    const members = this.#groups.get(group);
    if (times > 0) {
      if (members === undefined) this.#groups.set(group, new Map([[id, membership]]));
      else members.set(id, membership);
    } else {
      if (members?.delete(id) !== true) return;
      if (members.size === 0) this.#groups.delete(group);
    }
    this.#told(membership);
  }

  /** Every member of a cell's life that is over leaves. */
  releaseCell(cell: string, incarnation: number): void {
    for (const membership of this.entries()) {
      const { pid } = membership;
      if (pid.cell === cell && pid.incarnation === incarnation) this.set({ ...membership, times: 0 });
    }
  }

  entries(): readonly Membership[] {
    return [...this.#groups.values()].flatMap((members) => [...members.values()]);
  }
}
