/** Pauses before a child is tried again, so that one that cannot start does not spin. */
export interface Backoff {
  /** Pause after the first failure, ms; it doubles with each in a row. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** A child that lived shorter than this after its start counts as failed too, ms. 0: only failed starts count. */
  readonly healthyMs: number;
}

/** A failed start is tried again after 10 ms, 20, ... up to 1 s; a child that ran and crashed, at once. */
export const defaultBackoff: Backoff = { firstMs: 10, longestMs: 1000, healthyMs: 0 };

/** Pause before the next try after `failures` in a row, ms. */
export function pauseMs({ firstMs, longestMs }: Backoff, failures: number): number {
  return failures === 0 ? 0 : Math.min(longestMs, firstMs * 2 ** (failures - 1));
}
