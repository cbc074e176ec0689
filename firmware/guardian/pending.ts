import type { Input } from "./input.ts";
import type { Output } from "./output.ts";

/** A call to the backend whose answer has not come yet. */
export interface PendingCall {
  /** The output driven or sensed; undefined for an input. */
  output: Output | undefined;
  /** The input sensed; undefined for an output. */
  input: Input | undefined;
  /** Electrical level that must read back; NaN when the call only reads. */
  expected: number;
  /** Which drive of the output it is; 0 when the call only reads. */
  drive: number;
  /** Request to answer; owner -1 when policy made the call. */
  owner: number;
  epoch: number;
  request: number;
  incarnation: number;
  waiting: boolean;
}

/** Calls under way by token. Records are used again, so a steady load allocates nothing. */
export class PendingCalls {
  readonly #calls: PendingCall[] = [];
  readonly #free: number[] = [];

  get underWay(): number {
    return this.#calls.length - this.#free.length;
  }

  /** A token for a new call; its record is filled through `at`. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    this.#calls.push({
      ...{ output: undefined, input: undefined, expected: NaN, drive: 0 },
      ...{ owner: -1, epoch: 0, request: 0, incarnation: 0, waiting: false },
    });
    return this.#calls.length - 1;
  }

  at(token: number): PendingCall {
    return this.#calls[token]!;
  }

  /** Undefined for a token that is not under way: a backend that answers twice changes nothing. */
  settle(token: number): PendingCall | undefined {
    const call = this.#calls[token];
    if (call?.waiting !== true) return undefined;
    call.waiting = false;
    this.#free.push(token);
    return call;
  }
}
