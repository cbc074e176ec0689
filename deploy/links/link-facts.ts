/** What is known of the links with other boards: for health, metrics and whoever looks. No logic. */

/** Another board as this one sees it. */
export interface PeerFacts {
  readonly board: string;
  readonly up: boolean;
  /** For a packet and the answer to it, as the last heartbeats tell, ms; null while that is not known. */
  readonly roundTripMs: number | null;
  /** How far its clock is ahead of this board's, ms: for people, never for control; null while one of them is not set. */
  readonly clockAheadMs: number | null;
  /** That is wrong by so much at most, ms. */
  readonly clockErrorMs: number | null;
  /** Public names that it shows this board, and joins of groups in common. */
  readonly names: number;
  readonly joins: number;
  /** Packets on their way there. */
  readonly underWay: number;
  /** Of this link, since it is up: packets that were sent again, came twice, came in another order. */
  readonly resent: number;
  readonly duplicates: number;
  readonly reordered: number;
}

/** The same with what it shows, for operators. */
export interface PeerView extends PeerFacts {
  /** At most 100 of them. */
  readonly shows: readonly string[];
  /** At most 100 of them, each with its joins over there. */
  readonly groups: readonly { readonly group: string; readonly joins: number }[];
}

export interface LinksFacts<P extends PeerFacts = PeerFacts> {
  readonly peers: readonly P[];
  /** Since the cell started: what had no effect, by its cause. First packets, then what linked boards may not do. */
  readonly refused: {
    /** Not sealed with the secret: forged, or changed on the way. */
    readonly forged: number;
    /** Of a session that is over: late, or played again. */
    readonly stale: number;
    /** Sealed, and nothing that one board says to another. */
    readonly malformed: number;
    /** Of a second board with the name of another. */
    readonly stranger: number;
    /** Of boards with another version of the packets: an older or newer release. */
    readonly version: number;
    /** From boards that `links.boards` does not name, or too many. */
    readonly unknown: number;
    /** Frames that spoke for a process of another board. */
    readonly notItself: number;
    /** Frames for a process whose pid was given to nobody over there. */
    readonly notGiven: number;
    /** Members of groups that this board does not share with theirs. */
    readonly notShared: number;
    /** Monitors, links and requests beyond those that one board may have here. */
    readonly tooMany: number;
    /** Spawns and commands without the right, system requests, ends of what speaks for this board. */
    readonly notAllowed: number;
  };
  /** Requests whose time was over when they came. */
  readonly late: number;
  /** Messages that found no room, here or on their way. */
  readonly full: number;
  /** Messages to processes of this board that were lost, of which they were told. */
  readonly lost: number;
}
