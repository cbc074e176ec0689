/** The valid name that somebody most likely meant. */

/**
 * The candidate nearest to `word` by edits (insert, delete, replace, swap neighbours), case ignored; the
 * first of several equally near. `undefined` when the nearest is further than a third of the longer name:
 * a wild guess misleads more than none.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  let best: string | undefined;
  let bestEdits = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const bound = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (edits <= bound && edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** `did you mean pump? There are ...`, or `rest` alone where nothing is near. `rest`: what comes after a semicolon. */
export function meantFirst(near: string | undefined, rest: string): string {
  return near === undefined ? rest : `did you mean ${near}? ${rest[0]!.toUpperCase()}${rest.slice(1)}`;
}

/** The names closest to a misspelt one, best first: at most `count`, each within a third of its length. */
export function nearestNames(wrong: string, names: Iterable<string>, count = 3): string[] {
  const text = wrong.slice(0, 64);
  return [...names]
    .map((name) => ({ name, distance: editDistance(text, name) }))
    .filter(
      ({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, text.length) / 3)),
    )
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, count)
    .map(({ name }) => name);
}

/** Damerau-Levenshtein distance, optimal string alignment: no substring is edited twice. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) edits = Math.min(edits, beforeLast[column - 2]! + 1);
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}
