/** What the machine itself does to a thread that sleeps 1 ms: the floor under every figure measured beside it. */
export function machineLateness(count = 500): Percentiles {
  const word = new Int32Array(new SharedArrayBuffer(4));
  const late = Array.from({ length: count }, () => {
    const startMs = performance.now();
    Atomics.wait(word, 0, 0, 1);
    return (performance.now() - startMs - 1) * 1000;
  });
  return percentiles(late);
}

export interface Percentiles {
  readonly medianUs: number;
  readonly p99Us: number;
  readonly worstUs: number;
}

/** Median, 99th percentile and worst of times in us. */
export function percentiles(times: readonly number[]): Percentiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0);
  return { medianUs: at(0.5), p99Us: at(0.99), worstUs: at(1) };
}
