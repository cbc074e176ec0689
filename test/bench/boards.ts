/**
 * `npm run bench:boards [-- --trials 100] [--count 1000000] [--only word]... [--json]`: the figures of boards and brokers.
 * See `boards/README.md` for what each row does.
 */
import type { BoardsBench, BoardsOptions } from "./boards/bench.ts";
import { boardCalls } from "./boards/calls.ts";
import { outboxDrained } from "./boards/outbox-drained.ts";
import { outboxKilled } from "./boards/outbox-killed.ts";
import { NoiseMeter } from "./kernel/noise.ts";
import { printRows, type Row } from "./rows.ts";

const BENCHES: readonly BoardsBench[] = [boardCalls, outboxKilled, outboxDrained];
const USAGE = "npm run bench:boards -- [--trials 100] [--count 1000000] [--only word]... [--json]";

const { options, only } = readWords(process.argv.slice(2));
const noise = new NoiseMeter();
const rows: Row[] = [];

for (const bench of BENCHES) {
  if (!only.every((word) => bench.name.includes(word.toLowerCase()))) continue;
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
    `  meanwhile: steal ${stealPercent.toFixed(1)} %, a fixed loop x${slowdown.toFixed(2)} of its best\n`,
  );
}
printRows(rows);

/** Throws `Error` with the usage for words that mean nothing. */
function readWords(words: readonly string[]): { options: BoardsOptions; only: readonly string[] } {
  const numbers = { trials: 100, count: 1_000_000 };
  const only: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const [word, next] = [words[at]!, words[at + 1]];
    const name = word.slice(2);
    if (word === "--only" && next !== undefined) only.push(words[++at]!);
    else if (Object.hasOwn(numbers, name) && Number(next) > 0)
      numbers[name as keyof typeof numbers] = Number(words[++at]);
    else if (word !== "--json") throw new Error(`${word}: ${USAGE}`);
  }
  return { options: numbers, only };
}
