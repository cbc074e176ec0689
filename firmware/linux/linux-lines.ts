import type { FoundLine } from "../contracts/backend.ts";

/** Where edges of inputs go. */
export interface EdgeSink {
  edge(line: number, level: 0 | 1, atUs: number): void;
  /** Edges between the last one and the next one that nobody will hear of. */
  edgesLost(line: number, count: number): void;
}

/**
 * The lines of a plan on this machine, by their number in it (outputs first, then inputs), levels electrical.
 * Opened by a factory that adopts outputs as they are. Calls answer at once: NaN when the line failed.
 */
export interface LinuxLines {
  readonly found: readonly FoundLine[];
  /** The kernel keeps to `debounceMs` of inputs. */
  readonly debounces: boolean;
  attach(sink: EdgeSink): void;
  /** Makes the line an output at this level (no glitch) and reads it back. */
  drive(line: number, level: number): number;
  sense(line: number): number;
  /** The output becomes an input. */
  free(line: number): void;
  /** Tells edges of this input, or no more: the kernel is then not asked for any. */
  listen(line: number, on: boolean): void;
  close(): void;
}
