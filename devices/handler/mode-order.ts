/** How long an operator's order holds a device down. */
import type { ModeOrder } from "./mode.ts";

/** Without `for`: long enough to work at something, short enough that nobody forgets it for a night. */
export const DEFAULT_ORDER_MS = 30 * 60_000;
export const LONGEST_ORDER_MS = 24 * 3_600_000;

/** `safe` and `off` are accepted whoever asks and however: what is too long is cut, not refused. */
export function isSafing(order: ModeOrder): boolean {
  return order === "safe" || order === "off";
}

/** From the order's own `for`, ms. */
export function boundForMs(order: ModeOrder, forMs: number | undefined): number {
  if (forMs === undefined) return DEFAULT_ORDER_MS;
  return isSafing(order) ? Math.min(forMs, LONGEST_ORDER_MS) : forMs;
}
