/**
 * What linked boards tell each other of their public names and of the members of groups in common: to each board as much as
 * it may know, all of it when the link is new, then what changes.
 */
import type { Membership } from "../process/groups.ts";
import type { WirePid } from "../process/pid.ts";
import type { BoardRights } from "./board-rights.ts";
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

/** What one board tells another of its names and groups. */
export type DirectoryNotice = Extract<BoardNotice, { notice: "names" | "unnamed" | "members" }>;

/** What is known of another board. */
export interface ToldByBoard {
  readonly names: readonly string[];
  readonly groups: ReadonlyMap<string, number>;
}

export class Directory {
  readonly #own: OwnDirectory;
  readonly #rights: BoardRights;
  readonly #names: ForeignNames;
  readonly #groups: ForeignGroups;

  constructor(own: OwnDirectory, rights: BoardRights) {
    this.#own = own;
    this.#rights = rights;
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

  /** Another board tells of its own. Returns how much of it was none of its own or too much, and groups that are not shared. */
  heard(
    life: BoardLife,
    notice: DirectoryNotice,
    nowUs: number,
  ): { readonly malformed: number; readonly notShared: readonly string[] } {
    const { board } = life;
    if (notice.notice === "unnamed") this.#names.unnamed(board, notice.name, notice.pid);
    if (notice.notice === "names")
      return { malformed: this.#names.named(life, notice.anew, notice.names, nowUs), notShared: [] };
    if (notice.notice !== "members") return { malformed: 0, notShared: [] };
    // Nobody puts members into groups that this board keeps to itself.
    const shared = notice.members.filter(({ group }) => this.sharesGroup(board, group));
    const others = notice.members.filter(({ group, times }) => times > 0 && !this.sharesGroup(board, group));
    const malformed = this.#groups.told(life, notice.anew, shared, nowUs);
    return { malformed, notShared: others.map(({ group }) => group) };
  }

  /** That board is out of reach. */
  forget(board: string): void {
    this.#names.forget(board);
    this.#groups.forget(board);
  }

  /** What that board has told: its public names, without its own behind them, and its groups with their joins. */
  toldBy(board: string): ToldByBoard {
    return { names: this.#names.of(board), groups: this.#groups.of(board) };
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
