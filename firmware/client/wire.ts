import type { FrameReader, FrameWriter } from "../transport/frame.ts";

/** How a client's frames reach the guardian: through pipes and shared memory, or by a call in one thread. */
export interface Wire {
  readonly owner: number;
  readonly epoch: number;
  /** Time that `exchange` has waited for answers so far, us. */
  readonly waitedUs: number;
  /** Microseconds, as the guardian reads them. */
  now(): number;
  /**
   * Sends a request and parks until its answer came; undefined when `deadlineUs` passed without one.
   * The answer is valid until the next call.
   */
  exchange(frame: FrameWriter, deadlineUs: number): FrameReader | undefined;
  /** Hands over frames that answer no request (edges, fenced), borrowed for the call, which MUST NOT exchange; never waits. */
  poll(onFrame: (frame: FrameReader) => void): void;
}
