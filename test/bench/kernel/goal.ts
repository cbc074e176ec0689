/** What is asked of a row, and how its numbers are written. */
import type { Figure } from "./figure.ts";

export interface Goal {
  readonly text: string;
  /** How ours and the peer's are compared: `cost` ours / peer's, `rate` as operations a second: peer's / ours. */
  readonly by: "cost" | "rate";
  met(ours: Figure, ratio: number | null): boolean;
}

/** `ours / peer` at most `limit`. */
export function costAtMost(limit: number, remark = ""): Goal {
  return { text: `<= ${limit} x${remark}`, by: "cost", met: (_, ratio) => ratio !== null && ratio <= limit };
}

/** So many times as many operations a second as the peer, at least. */
export function rateAtLeast(limit: number): Goal {
  return { text: `>= ${limit} x`, by: "rate", met: (_, ratio) => ratio !== null && ratio >= limit };
}

/** Where no peer counts. */
export function within(text: string, met: (ours: Figure) => boolean): Goal {
  return { text, by: "cost", met: (ours) => met(ours) };
}

export function ratioOf(goal: Goal, ours: Figure, peer: Figure | undefined): number | null {
  if (peer === undefined) return null;
  return goal.by === "cost" ? ours.value / peer.value : peer.value / ours.value;
}

export type Unit = "us" | "M/s" | "B";

/** `0.482 us`, `2.07 M/s`, `1027 B`, with what else is known: `18.2 us (p99 31.0, worst 1203)`. */
export function printFigure({ value, p99, worst }: Figure, unit: Unit): string {
  if (unit === "B") return `${Math.round(value)} B`;
  if (unit === "M/s") return `${(1 / value).toFixed(2)} M/s`;
  const tail = p99 === undefined ? "" : ` (p99 ${round(p99)}, worst ${round(worst ?? Number.NaN)})`;
  return `${round(value)} us${tail}`;
}

function round(us: number): string {
  return us < 10 ? us.toFixed(us < 1 ? 3 : 2) : us.toFixed(us < 100 ? 1 : 0);
}
