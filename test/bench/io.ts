/**
 * `npm run bench:io [-- --trials 200] [--count 1000] [--seconds 30] [--only word]... [--json]`: the figures of lines and buses,
 * on emulated hardware. See `io/README.md` for what each row does.
 */
import type { IoBench, IoOptions } from "./io/bench.ts";
import { chips } from "./io/chips.ts";
import { display } from "./io/display.ts";
import { guardianKilled } from "./io/guardian-killed.ts";
import { guardianAtRest } from "./io/guardian-rest.ts";
import { kills } from "./io/kills.ts";
import { ways } from "./io/ways.ts";
import { NoiseMeter } from "./kernel/noise.ts";
import { machineLateness } from "./machine.ts";
import { printRows, type Row } from "./rows.ts";

const BENCHES: readonly IoBench[] = [ways, display, chips, guardianAtRest, guardianKilled, kills];
const USAGE = "npm run bench:io -- [--trials 200] [--count 1000] [--seconds 30] [--only word]... [--json]";

const { options, only } = readWords(process.argv.slice(2));
const noise = new NoiseMeter();
const rows: Row[] = [];

for (const bench of BENCHES) {
  if (!only.every((word) => bench.name.toLowerCase().includes(word.toLowerCase()))) continue;
  process.stderr.write(`${bench.name}\n`);
  noise.begin();
  try {
    rows.push(...(await bench.run(options)));
  } catch (error) {
    const ours = `failed: ${(error as Error).message.split("\n")[0]}`;
    rows.push({ work: bench.name, ours, peer: null, ratio: null, goal: "", met: false });
  }
  const { stealPercent, slowdown } = noise.end();
  const { medianUs, p99Us, worstUs } = machineLateness();
  process.stderr.write(
    `  meanwhile: steal ${stealPercent.toFixed(1)} %, a fixed loop x${slowdown.toFixed(2)} of its best; a thread that sleeps 1 ms wakes ${medianUs} us late, p99 ${p99Us}, worst ${worstUs}\n`,
  );
}
for (const { work, peer, ratio } of rows)
  if (peer !== null) console.log(`${work}: ${peer}${ratio === null ? "" : `, ratio ${ratio.toFixed(2)}`}`);
printRows(rows);

/** Throws `Error` with the usage for words that mean nothing. */
function readWords(words: readonly string[]): { options: IoOptions; only: readonly string[] } {
  const numbers = { trials: 200, count: 1000, seconds: 30 };
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
