/** What was refused or lost between this board and all others. */
export interface ExchangeCounts {
  /** Frames that spoke for somebody else, or were none. */
  malformed: number;
  /** Members of groups that this board does not have in common with the one that told of them. */
  notShared: number;
  /** Requests whose time was over when they came. */
  late: number;
  /** Messages that found no room: on the way out, and in a cell here. */
  full: number;
  /** Messages that were lost between boards, of which their receivers were told here. */
  lost: number;
}
