/** What one job of a driver or controller costs, declared as data: what a board is admitted by before it starts. */

/** One transfer on a bus: bytes written, then, after a repeated start, bytes read; without addresses. */
export interface TransferSize {
  readonly write: number;
  readonly read: number;
  /** Only behind a multiplexer: bytes written one by one before it, to open its channel and close others. */
  readonly selects?: number;
}

/** A stretch of a job without a break: first the chip is left alone, then come the transfers. */
export interface Stretch {
  /** Longest time the chip needs before, us: a reset, a conversion. It keeps nobody from working. */
  readonly waitUs: number;
  readonly transfers: readonly TransferSize[];
}

export interface JobCost {
  /** Longest run of a job, us; its waits, requests and transfers apart. `budget` in the configuration overrides it. */
  readonly budgetUs: number;
  /** Only lines: how often it asks the guardian at most (reads back, renews, switches). */
  readonly requests?: number;
  /** Only chips: the first job, and the next one after each that failed, begins with this. */
  readonly start?: readonly Stretch[];
  /** Only chips: every job. */
  readonly sample?: readonly Stretch[];
}

/** The longest job: start and sample, joined where the chip needs no time between them. */
export function longestJob({ start = [], sample = [] }: JobCost): readonly Stretch[] {
  const stretches: Stretch[] = [];
  for (const stretch of [...start, ...sample]) {
    const last = stretches.at(-1);
    if (last === undefined || stretch.waitUs > 0) {
      stretches.push(stretch);
    } else {
      const transfers = [...last.transfers, ...stretch.transfers];
      stretches[stretches.length - 1] = { waitUs: last.waitUs, transfers };
    }
  }
  return stretches;
}
