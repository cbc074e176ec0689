/**
 * What linked boards tell each other of their public names and of the members of groups in common: to each board as much as
 * it may know, all of it when the link is new, then what changes.
 */
import type { Membership } from "../process/groups.ts";
import type { WirePid } from "../process/pid.ts";
import type { BoardRights } from "./board-rights.ts";
import type { ExchangeCounts } from "./exchange-counts.ts";
import { type ForeignGroupListener, ForeignGroups } from "./foreign-groups.ts";
import { type ForeignNameListener, ForeignNames } from "./foreign-names.ts";
import type { BoardNotice } from "./frame-codec.ts";
import type { BoardLife } from "./packet.ts";
import { LONGEST_NAME } from "./pid-codec.ts";

/** The board that it belongs to: what it has, and what it is told of others. */
export interface OwnDirectory extends ForeignNameListener, ForeignGroupListener {
  /** The public names of this board. */
  publicNames(): readonly (readonly [string, WirePid])[];
  /** Who of this board is in which group. */
  memberships(): readonly Membership[];
}

/** Of names and members in one notice, which stays far below the longest message. */
const AT_ONCE = 500;

type Heard = Extract<BoardNotice, { notice: "names" | "unnamed" | "members" }>;

export class Directory {
  readonly #own: OwnDirectory;
  readonly #rights: BoardRights;
  readonly #counts: ExchangeCounts;
  readonly #names: ForeignNames;
  readonly #groups: ForeignGroups;

  constructor(own: OwnDirectory, rights: BoardRights, counts: ExchangeCounts) {
    this.#own = own;
    this.#rights = rights;
    this.#counts = counts;
    this.#names = new ForeignNames(own);
    this.#groups = new ForeignGroups(own);
  }

  /** Is that board told of that name? */
  seesName(board: string, name: string): boolean {
    return canBeTold(name) && this.#rights.shows(board, name);
  }

  /** Does that board have the group in common with this one? */
  sharesGroup(board: string, group: string): boolean {
    return canBeTold(group) && this.#rights.shares(board, group);
  }

  /** All that a board may know: the first words of a link. */
  *all(board: string): Generator<BoardNotice> {
    const names = this.#own.publicNames().filter(([name]) => this.seesName(board, name));
    for (const [part, anew] of parts(names)) yield { notice: "names", anew, names: part };
    const members = this.#own.memberships().filter(({ group }) => this.sharesGroup(board, group));
    for (const [part, anew] of parts(members)) yield { notice: "members", anew, members: part };
  }

  /** Another board tells of its own. */
  heard(life: BoardLife, notice: Heard): void {
    const { board } = life;
    if (notice.notice === "unnamed") this.#names.unnamed(board, notice.name, notice.pid);
    else if (notice.notice === "names")
      this.#counts.malformed += this.#names.named(life, notice.anew, notice.names);
    else {
      // Nobody puts members into groups that this board keeps to itself.
      const shared = notice.members.filter(({ group }) => this.sharesGroup(board, group));
      this.#counts.notShared += notice.members.length - shared.length;
      this.#counts.malformed += this.#groups.told(life, notice.anew, shared);
    }
  }

  /** That board is out of reach. */
  forget(board: string): void {
    this.#names.forget(board);
    this.#groups.forget(board);
  }

  /** Members on other boards. */
  members(): readonly Membership[] {
    return [...this.#groups.members()];
  }
}

/** Longer ones stay on their board, and shorter ones are none. */
function canBeTold(name: string): boolean {
  return name.length > 0 && name.length <= LONGEST_NAME;
}

/** At least one, perhaps empty; `true` with the first. */
function* parts<T>(all: readonly T[]): Generator<readonly [readonly T[], boolean]> {
  for (let at = 0; at === 0 || at < all.length; at += AT_ONCE) yield [all.slice(at, at + AT_ONCE), at === 0];
}
