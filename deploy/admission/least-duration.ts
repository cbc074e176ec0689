/** The shortest duration with which something fits. */
import { formatDuration } from "../../runtime/time/duration.ts";

/**
 * The least duration of two digits above `fromMs` and up to `toMs` with which it fits, as text; by halving, since what
 * fits with one fits with a longer one. `undefined` when it does not even with the longest.
 */
export function leastDuration(
  fromMs: number,
  toMs: number,
  fits: (text: string) => boolean,
): string | undefined {
  const candidates = twoDigits(fromMs, toMs).map(formatDuration).filter(hasOneUnit);
  let [low, high] = [0, candidates.length - 1];
  if (high < 0 || !fits(candidates[high]!)) return undefined;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(candidates[middle]!)) high = middle;
    else low = middle + 1;
  }
  return candidates[low];
}

/** 1, 1.1, ... 9.9, 10, 11, ... between, ms; the end itself last. */
function twoDigits(fromMs: number, toMs: number): number[] {
  const found: number[] = [];
  for (let scaleUs = 100; scaleUs / 100 <= toMs; scaleUs *= 10) {
    for (let digits = 10; digits < 100; digits++) {
      const ms = (digits * scaleUs) / 1000;
      if (ms > fromMs && ms < toMs) found.push(ms);
    }
  }
  return fromMs < toMs ? [...found, toMs] : [];
}

/** As the file takes them: not `1m30s`. */
function hasOneUnit(text: string): boolean {
  return /^[\d.]+[a-z]+$/.test(text);
}
