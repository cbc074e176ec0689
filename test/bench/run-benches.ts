/** What the benchmarks of several parts have in common: one part after the other, each beside what the machine did meanwhile. */
import { NoiseMeter } from "./kernel/noise.ts";
import type { Row } from "./rows.ts";

/** One part of a benchmark. */
export interface Bench<O> {
  readonly name: string;
  /** Says on standard error what it does; prints nothing else. */
  run(options: O): Promise<readonly Row[]>;
}

/** The rows of the parts that are wanted. One that fails has a row that says why: the others may be worth an hour. */
export async function runBenches<O>(
  benches: readonly Bench<O>[],
  options: O,
  isWanted: (bench: Bench<O>) => boolean,
  meanwhile: () => string = () => "",
): Promise<Row[]> {
  const noise = new NoiseMeter();
  const rows: Row[] = [];
  for (const bench of benches) {
    if (!isWanted(bench)) continue;
    process.stderr.write(`${bench.name}\n`);
    noise.begin();
    try {
      rows.push(...(await bench.run(options)));
    } catch (error) {
      const ours = `failed: ${(error as Error).message.split("\n")[0]}`;
      rows.push({ work: bench.name, ours, peer: null, ratio: null, goal: "", met: false });
    }
    const { stealPercent, slowdown } = noise.end();
    process.stderr.write(
      `  meanwhile: steal ${stealPercent.toFixed(1)} %, a fixed loop x${slowdown.toFixed(2)} of its best${meanwhile()}\n`,
    );
  }
  return rows;
}

/** All of the words are in the name, in whatever case. */
export function hasWords({ name }: Pick<Bench<never>, "name">, words: readonly string[]): boolean {
  return words.every((word) => name.toLowerCase().includes(word.toLowerCase()));
}

/** `--trials 20 --only word --json`: numbers over their defaults, and words. Throws `Error` with the usage for what means nothing. */
export function readWords<N extends Readonly<Record<string, number>>>(
  words: readonly string[],
  defaults: N,
  usage: string,
): { readonly options: N; readonly only: readonly string[] } {
  const numbers: Record<string, number> = { ...defaults };
  const only: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const [word, next] = [words[at]!, words[at + 1]];
    const name = word.slice(2);
    if (word === "--only" && next !== undefined) only.push(words[++at]!);
    else if (Object.hasOwn(numbers, name) && Number(next) > 0) numbers[name] = Number(words[++at]);
    else if (word !== "--json") throw new Error(`${word}: ${usage}`);
  }
  return { options: numbers as N, only };
}
