/** Beyond this the board's clock was set, and the old estimate says nothing. */
const stepMs = 30_000;

/**
 * The page's clock minus the board's, from messages that came live: the smallest difference seen is the one
 * with the least delay in it. Undefined before the first.
 */
export function nextClockOffset(
  previous: number | undefined,
  atMs: number | null,
  receivedMs: number,
): number | undefined {
  if (atMs === null) return previous;
  const difference = receivedMs - atMs;
  if (previous === undefined || Math.abs(difference - previous) > stepMs) return difference;
  return Math.min(previous, difference);
}
