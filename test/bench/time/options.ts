import type { TimeOptions } from "./bench.ts";

export const USAGE = "npm run bench:time -- [--seconds 60] [--rounds 2] [--only word]... [--json]";

/** Throws `Error` with the usage for words that mean nothing. */
export function readOptions(words: readonly string[]): TimeOptions {
  const only: string[] = [];
  let seconds = 60;
  let rounds = 2;
  for (let at = 0; at < words.length; at++) {
    const [word, next] = [words[at], words[at + 1]];
    if (word === "--only" && next !== undefined) only.push(words[++at]!);
    else if (word === "--seconds" && Number(next) > 0) seconds = Number(words[++at]);
    else if (word === "--rounds" && Number.isInteger(Number(next)) && Number(next) > 0)
      rounds = Number(words[++at]);
    else if (word !== "--json") throw new Error(`${word}: ${USAGE}`);
  }
  return { seconds, rounds, driftSeconds: 10 * seconds, only };
}
