/** First wait, and the longest: a board that restarts is seen at once, a board that is gone costs little. */
const firstMs = 500;
const longestMs = 15_000;

/** How long to wait before attempt `attempt` (0 is the first retry), ms. `random` in 0..1 spreads many pages. */
export function retryDelayMs(attempt: number, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.75 + 0.25 * random));
}
