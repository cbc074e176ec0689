/** What a board's status says of its outbox: what waits for the broker on its card. */

export interface OutboxStatus {
  /** Records that were too many or too old, since the board started. */
  readonly dropped: number;
  /** Why nothing can be stored; null while it can. */
  readonly fault: string | null;
}

/** Undefined for a board that keeps nothing. */
export function decodeOutbox(value: unknown): OutboxStatus | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { dropped, fault } = value as { readonly dropped?: unknown; readonly fault?: unknown };
  return {
    dropped: typeof dropped === "number" ? dropped : 0,
    fault: typeof fault === "string" ? fault : null,
  };
}

/** What its owner should know; undefined while all is well. */
export function outboxTrouble(outbox: OutboxStatus | undefined): string | undefined {
  if (outbox === undefined) return undefined;
  const { dropped, fault } = outbox;
  const lost = dropped === 0 ? "" : `${dropped} records were dropped.`;
  const broken = fault === null ? "" : `What waits for the broker cannot be stored: ${fault}.`;
  return [broken, lost].filter(Boolean).join(" ") || undefined;
}
