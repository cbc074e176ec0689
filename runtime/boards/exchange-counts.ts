/** What was refused or lost between this board and all others. */
export interface ExchangeCounts {
  /** What one board does not say to another, or more of it than is known of one. */
  malformed: number;
  /** Frames that spoke for a process of another board. */
  notItself: number;
  /** Frames for a process whose pid was given to nobody over there: its key is wrong. */
  notGiven: number;
  /** Members of groups that this board does not have in common with the one that told of them. */
  notShared: number;
  /** System requests: nobody elsewhere stops, reads, changes or ends a behaviour of this board. */
  notAllowed: number;
  /** Monitors and links beyond those that one board may have here (`foreign-bonds.ts`). */
  tooMany: number;
  /** Requests whose time was over when they came. */
  late: number;
  /** Messages that found no room: on the way out, and in a cell here. */
  full: number;
  /** Messages that were lost between boards, of which their receivers were told here. */
  lost: number;
}

/** What a linked board may not do. */
export type BoardOffence = "notItself" | "notGiven" | "notShared" | "notAllowed" | "tooMany";
