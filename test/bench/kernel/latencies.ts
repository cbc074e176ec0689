import type { Figure } from "./figure.ts";

/** Median, 99th percentile and worst of times in us. */
export function latencies(timesUs: Float64Array): Figure {
  const sorted = timesUs.toSorted();
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  return { value: at(0.5), p99: at(0.99), worst: at(1) };
}
