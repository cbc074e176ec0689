/**
 * Where parts of bundles travel. Beside the root and not below it: whoever listens to all that boards say (`holdfast watch`, a
 * logger, `<root>/#`) would get every release as well, and a slow one would be cut off for it.
 */
export interface PartTopics {
  /** The board asks here for a part; whoever offers listens. */
  readonly want: string;
  /** Parts, for the board alone. */
  readonly part: string;
}

/** `root`: of all topics. `board`: its id; `+` makes filters for all boards. */
export function partTopics(root: string, board: string): PartTopics {
  const base = `${root}-update/${board}`;
  return { want: `${base}/want`, part: `${base}/part` };
}
