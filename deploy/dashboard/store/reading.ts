/** One reading as the page holds it, and whether it may be shown as what is so now. */
import type { Connection } from "./connection.ts";
import { appendPoint, type Point, plotted } from "./history.ts";
import type { Quality, ReadingMessage, Value } from "./wire.ts";

export interface Reading {
  readonly value: Value;
  readonly unit: string;
  readonly quality: Quality;
  /** When the board measured it, on this page's clock, ms; null: the message does not say. */
  readonly measuredMs: number | null;
  readonly receivedMs: number;
  /** It was kept by the broker: published at some time before it was received. */
  readonly retained: boolean;
  /** {@link Connection.session} it came in. */
  readonly session: number;
  readonly points: readonly Point[];
}

/** Why a reading may not be shown as current. */
export type OldBecause = "connection lost" | "board offline" | "not confirmed" | "silent" | "age unknown";

export interface Old {
  readonly because: OldBecause;
  /** Since when, ms since 1970; null: unknown. */
  readonly sinceMs: number | null;
}

/** Boards repeat every reading at least every 60 s; half of that again allows for a slow link. */
export const silentMs = 90_000;

/** How a message reached the page. */
export interface Receipt {
  readonly receivedMs: number;
  readonly retained: boolean;
  readonly session: number;
}

/** @param offsetMs this page's clock minus the board's. */
export function nextReading(
  previous: Reading | undefined,
  message: ReadingMessage,
  receipt: Receipt,
  offsetMs: number,
): Reading {
  const { value, unit, quality, atMs } = message;
  const measuredMs = atMs === null ? null : Math.min(atMs + offsetMs, receipt.receivedMs);
  const known = quality === "good" || quality === "suspect";
  const t = receipt.retained ? measuredMs : receipt.receivedMs;
  let points = previous?.points ?? [];
  const end = points.at(-1);
  if (previous !== undefined && end !== undefined && previous.session !== receipt.session)
    points = appendPoint(points, { t: end.t + 1, v: null });
  if (t !== null) points = appendPoint(points, { t, v: known ? plotted(value) : null });
  return { value, unit, quality, measuredMs, points, ...receipt };
}

/** Why the reading is old, or undefined when it is current. The page's one rule about old values. */
export function oldness(
  reading: Pick<Reading, "measuredMs" | "receivedMs" | "retained" | "session">,
  connection: Connection,
  boardOfflineSinceMs: number | null | undefined,
  nowMs: number,
): Old | undefined {
  const { measuredMs, receivedMs, retained, session } = reading;
  // A message that came live was true when it came; one that was kept, when it was measured.
  const trueAtMs = retained ? measuredMs : receivedMs;
  if (connection.phase !== "online") return { because: "connection lost", sinceMs: connection.lastHeardMs };
  if (boardOfflineSinceMs !== undefined)
    return { because: "board offline", sinceMs: boardOfflineSinceMs ?? trueAtMs };
  if (session !== connection.session) return { because: "not confirmed", sinceMs: trueAtMs };
  if (trueAtMs === null) return { because: "age unknown", sinceMs: null };
  if (nowMs - trueAtMs > silentMs) return { because: "silent", sinceMs: trueAtMs };
  return undefined;
}
