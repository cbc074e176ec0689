/** What the command line says. */
export interface Options {
  /** Runs of each contender. Default 5. */
  readonly runs: number;
  /** Only works whose name contains all of these words. */
  readonly only: readonly string[];
  /** Also profiles what met its goal. */
  readonly profileAll: boolean;
}

export const USAGE = `npm run bench:kernel -- [--only word]... [--runs 5] [--profile] [--json]`;

/** Throws `Error` with the usage for words that mean nothing. */
export function readOptions(words: readonly string[]): Options {
  const only: string[] = [];
  let runs = 5;
  let profileAll = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === "--only" && words[at + 1] !== undefined) only.push(words[++at]!);
    else if (word === "--runs" && Number(words[at + 1]) > 0) runs = Number(words[++at]);
    else if (word === "--profile") profileAll = true;
    else if (word !== "--json") throw new Error(`${word}: ${USAGE}`);
  }
  return { runs, only, profileAll };
}
