/**
 * `npm run soak -- --loops 10000000`: does each of `LOOPS` that often and says what the heap has gained. Fails
 * when it gained more than a fraction of a byte for each.
 */
import { LOOPS, LoopBench } from "./loops.ts";
import { usedHeapBytes } from "./used-heap.ts";

/** What compiled code and its statistics may take however long a loop runs, bytes. */
const NOISE = 1_000_000;

export interface LoopResult {
  readonly name: string;
  readonly count: number;
  readonly seconds: number;
  readonly gainedBytes: number;
}

/**
 * Runs the loops and tells of each; `total` is the sum. Spawns, messages, timers, links and monitors run `count` times, the
 * others `others` times. Takes 2 us for each on an idle core.
 */
export function measureLeaks(
  count: number,
  others = count,
  tell: (result: LoopResult) => void = () => {},
): { readonly results: readonly LoopResult[]; readonly total: LoopResult } {
  const bench = new LoopBench();
  // What is compiled, and grown to its working size, is no leak.
  for (const loop of LOOPS) bench.run(loop, 20_000);
  const beganBytes = usedHeapBytes();
  let before = beganBytes;
  const results = LOOPS.map((loop) => {
    const startMs = performance.now();
    const times = loop.basic === true ? count : others;
    bench.run(loop, times);
    const seconds = (performance.now() - startMs) / 1000;
    const after = usedHeapBytes();
    const result = { name: loop.name, count: times, seconds, gainedBytes: after - before };
    before = after;
    tell(result);
    return result;
  });
  const { processes, timers } = bench.left;
  if (processes + timers > 0) throw new Error(`left behind: ${processes} processes, ${timers} timers`);
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  return {
    results,
    total: {
      name: "all",
      count: results.reduce((sum, result) => sum + result.count, 0),
      seconds,
      gainedBytes: before - beganBytes,
    },
  };
}

/** True when the heap ended where it began. */
export function isFlat({ gainedBytes }: LoopResult): boolean {
  return gainedBytes < NOISE;
}

export function printLoop({ name, count, seconds, gainedBytes }: LoopResult): string {
  const each = ((seconds / count) * 1e6).toFixed(2);
  return `${name.padEnd(64)} ${seconds.toFixed(1).padStart(7)} s  ${each.padStart(6)} us  ${String(gainedBytes).padStart(9)} bytes`;
}
