/** Who of the boards that this one is linked with is in which group, as they tell. */
import type { Membership } from "../process/groups.ts";
import type { WirePid } from "../process/pid.ts";
import { isOf } from "./foreign-names.ts";
import type { BoardLife } from "./packet.ts";
import { ToldLimit } from "./told-limit.ts";

/** Who is told of them. */
export interface ForeignGroupListener {
  /** A process of another board is in a group so often from now on. Whoever is told that a board is gone knows it of its members. */
  member(membership: Membership): void;
}

/** Joins of one board, all its groups together; more of them are not known here. */
const MOST_JOINS = 10_000;

/** By group and process. */
interface Known {
  readonly members: Map<string, Membership>;
  /** Of all members together. */
  joins: number;
}

export class ForeignGroups {
  readonly #listener: ForeignGroupListener;
  readonly #boards = new Map<string, Known>();
  readonly #limit = new ToldLimit();

  constructor(listener: ForeignGroupListener) {
    this.#listener = listener;
  }

  /**
   * That board says so; `anew`: these are all. Returns how many were refused: not its own, too many, or too fast. Whoever
   * leaves is never refused: nobody stays who is gone.
   */
  told(life: BoardLife, anew: boolean, memberships: readonly Membership[], nowUs: number): number {
    if (anew) this.#leaveAll(life.board);
    const known = this.#boards.get(life.board) ?? { members: new Map<string, Membership>(), joins: 0 };
    this.#boards.set(life.board, known);
    let refused = 0;
    for (const membership of memberships) {
      const mayBe = membership.times === 0 || this.#limit.take(life.board, nowUs);
      if (!mayBe || !isOf(membership.pid, life) || !this.#set(known, membership)) refused++;
    }
    return refused;
  }

  /** That board is out of reach: everybody hears of that by itself. */
  forget(board: string): void {
    this.#boards.delete(board);
  }

  /** The groups of that board, with how many joins each has. */
  of(board: string): ReadonlyMap<string, number> {
    const joins = new Map<string, number>();
    for (const { group, times } of this.#boards.get(board)?.members.values() ?? [])
      joins.set(group, (joins.get(group) ?? 0) + times);
    return joins;
  }

  /** All that are known. */
  *members(): Generator<Membership> {
    for (const { members } of this.#boards.values()) yield* members.values();
  }

  /** False where it is more than is known of one board. */
  #set(known: Known, membership: Membership): boolean {
    const id = idOf(membership);
    const before = known.members.get(id)?.times ?? 0;
    const joins = known.joins + membership.times - before;
    if (joins > MOST_JOINS) return false;
    known.joins = joins;
    if (membership.times === 0) known.members.delete(id);
    else known.members.set(id, membership);
    if (membership.times !== before) this.#listener.member(membership);
    return true;
  }

  #leaveAll(board: string): void {
    const known = this.#boards.get(board);
    for (const membership of known?.members.values() ?? [])
      this.#listener.member({ ...membership, times: 0 });
    this.#boards.delete(board);
  }
}

function idOf({ group, pid }: Membership): string {
  const { cell, incarnation, number }: WirePid = pid;
  return `${cell}/${incarnation}/${number} ${group}`;
}
