/** What other boards may know of this one. What they are not told of they cannot reach: a pid has a key that nobody guesses. */
export interface BoardRights {
  /** That board is told who has this public name. */
  shows(board: string, name: string): boolean;
  /** Members of this group here are known there, and members there are known here. */
  shares(board: string, group: string): boolean;
}
