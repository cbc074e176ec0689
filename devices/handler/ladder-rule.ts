/** What moves a device on its ladder, in numbers. */
import { MODES, type Mode } from "./mode.ts";

export interface LadderRule {
  /** Highest first; `safe` and `off` are always the last two. */
  readonly rungs: readonly Mode[];
  /** Failed jobs in a row that cost a rung. */
  readonly faultsToDescend: number;
  /** Time without a fault before the next rung up, before any back-off. */
  readonly probationMs: number;
  /** Crashes within `periodMs` that cost nothing; one more costs a rung. */
  readonly intensity: number;
  readonly periodMs: number;
  /** How long a device that crashes stays off before it is tried again: doubles up to the longest. */
  readonly firstOffMs: number;
  readonly longestOffMs: number;
}

/** The most that falls soon after climbing multiply the probation by: 30 s become 8 minutes. */
export const LONGEST_BACKOFF = 16;

const CRASHES = { intensity: 3, periodMs: 10_000, firstOffMs: 5000, longestOffMs: 300_000 };

/** One failed job may be noise on the bus, three in a row are not. */
export function deviceRule(probationMs: number): LadderRule {
  return { rungs: MODES, faultsToDescend: 3, probationMs, ...CRASHES };
}

/** A controller acts on its input or does not: it has no `reduced`, and one input that it can't trust is enough. */
export function controllerRule(probationMs: number): LadderRule {
  return { rungs: ["full", "safe", "off"], faultsToDescend: 1, probationMs, ...CRASHES };
}
