/**
 * Puts the devices of small buses together where a board would have very many cells: a bus more in a cell costs its
 * devices some independence (a bus that is stuck holds up the others in the cell until the time limits of its
 * transfers), a cell more costs 10 MB.
 */

/** Cells that a board may have before buses share them: 10 are 100 MB. */
export const MOST_CELLS = 10;

/** What may be put together, by name. */
export interface Group {
  readonly name: string;
  readonly members: readonly string[];
}

/**
 * Joins the two smallest groups, again and again, until there are no more than `most` or no two fit into one cell of
 * `room`. Groups keep their order; a joined one stands where its first was and has both names.
 */
export function fewerGroups(groups: readonly Group[], most: number, room: number): readonly Group[] {
  const left = [...groups];
  while (left.length > most) {
    const [a, b] = left.toSorted((one, other) => one.members.length - other.members.length);
    if (a === undefined || b === undefined || a.members.length + b.members.length > room) break;
    const [first, second] = left.indexOf(a) < left.indexOf(b) ? [a, b] : [b, a];
    left[left.indexOf(first)] = {
      name: `${first.name}+${second.name}`,
      members: [...first.members, ...second.members],
    };
    left.splice(left.indexOf(second), 1);
  }
  return left;
}
