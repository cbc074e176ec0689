import type { BusStatus } from "../contracts/backend.ts";

/**
 * A transfer of the guardian's own: the safe level of an expander's output, say. The record is its slot: whoever
 * keeps it can always hand it in, however full the bus's queue is. One bus at a time; not again before its answer.
 */
export interface PolicyTransfer {
  /** Number of the channel's bus on the wire, where the chip is behind a multiplexer. Absent: on the adapter itself. */
  readonly segment?: number;
  /** 7-bit address. */
  readonly address: number;
  /** What is written, copied when its turn comes: until then the newest bytes count. At most 256. */
  readonly bytes: Uint8Array;
  /** Bytes read after the write, 0..256. */
  readonly readLength: number;
  /** Called exactly once for each time it was handed in. `bytes` is borrowed: what was read lies there from `at`. */
  done(status: BusStatus, bytes: Uint8Array, at: number, length: number, nowUs: number): void;
}

/** Policy transfers that wait, in the order in which they came, each with the time by which it is answered. */
export class PolicyQueue {
  readonly #waiting: PolicyTransfer[] = [];
  readonly #limitsUs: number[] = [];

  /** When the oldest one has to be answered; Infinity when none waits. */
  get nextUs(): number {
    return this.#limitsUs[0] ?? Infinity;
  }

  has(transfer: PolicyTransfer): boolean {
    return this.#waiting.includes(transfer);
  }

  push(transfer: PolicyTransfer, limitUs: number): void {
    this.#waiting.push(transfer);
    this.#limitsUs.push(limitUs);
  }

  shift(): PolicyTransfer | undefined {
    this.#limitsUs.shift();
    return this.#waiting.shift();
  }
}
