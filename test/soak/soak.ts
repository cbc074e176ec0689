/**
 * `npm run soak [-- --minutes 480] [--seed 1] [--json]`: cells that are killed, crash, hang, leak and are flooded
 * for hours while their messages, links, monitors and timers are checked, and what the process uses is read.
 *
 * `--early` kills cells while they load their code, too. `--loops N` instead does each thing a process can do N times and looks at the heap; `--board` harms a whole
 * board through its world. Exit code 0 when every promise held and nothing grew, else 1.
 */
import { kernelSoak } from "./kernel-soak.ts";
import { isFlat, measureLeaks, printLoop } from "./leaks.ts";
import type { SoakResult } from "./verdict.ts";

const words = process.argv.slice(2);
const option = (name: string) => Number(words[words.indexOf(name) + 1] || Number.NaN);
const minutes = words.includes("--minutes") ? option("--minutes") : 480;
const seed = words.includes("--seed") ? option("--seed") : 1;

if (words.includes("--loops")) {
  const { total, results } = measureLeaks(option("--loops"), undefined, (result) =>
    console.log(printLoop(result)),
  );
  console.log(printLoop(total));
  const loops = [...results, total];
  finish({ passed: isFlat(total), ...{ loops } });
} else {
  // Loaded only when wanted: the board of the end-to-end tests brings their harness along.
  const run = words.includes("--board") ? (await import("./board-soak.ts")).boardSoak : kernelSoak;
  const early = words.includes("--early");
  const result: SoakResult = await run({ minutes, seed, early, say: (line) => console.log(line) });
  finish(result);
}

function finish(result: { readonly passed: boolean } & object): void {
  if (words.includes("--json")) console.log(JSON.stringify(result));
  console.log(result.passed ? "passed" : "FAILED");
  process.exit(result.passed ? 0 : 1);
}
