/**
 * GPIO lines as drivers see them. Levels are logical: `activeLow` is applied below this contract.
 */

/** Why a line operation failed; each code has one physical or political cause. */
export type LineErrorCode =
  /** The caller was fenced: a newer incarnation owns the line. */
  | "fenced"
  /** The line is not granted to this cell. */
  | "not_owner"
  /** `minOff` has not passed since the line last went off. */
  | "min_off"
  /** `maxOn` fired; the output rests or is latched as a fault. */
  | "max_on"
  /** Another output of its interlock group is on. */
  | "interlock"
  /** Another output of its interlock group goes off for it first: asked again after the dead time it goes on. */
  | "switching"
  /** The guardian did not answer in time. */
  | "timeout"
  /** The request breaks the rules: bad level, output used as input. */
  | "refused"
  /** The level read back differs from the level written: short circuit, broken backend. */
  | "read_back";

/** A failed line operation: which line, what happened. */
export class LineError extends Error {
  override readonly name = "LineError";
  readonly code: LineErrorCode;
  readonly line: string;

  constructor(code: LineErrorCode, line: string, detail?: string) {
    super(`${code} at ${line}${detail ? `: ${detail}` : ""}`);
    this.code = code;
    this.line = line;
  }
}

/** An output that the guardian keeps inside its policy. Throws `LineError`. */
export interface OutputLine {
  readonly line: string;
  /** Drives the level and returns the level read back: 0 or 1 for a line, 0..1 duty for PWM. */
  write(level: number): number;
  /**
   * Renews the line lease: the level last written is still wanted. Throws `max_on` or `refused` when that level
   * has been taken back meanwhile: then only a write brings it again.
   */
  renew(): void;
  /** Level read back from the hardware. */
  read(): number;
}

/** An edge of an input line, stamped where it happened. */
export interface Edge {
  readonly line: string;
  /** Logical level after the edge. */
  readonly level: 0 | 1;
  /** Monotonic microseconds. */
  readonly atUs: number;
}

/** Pulses of an input since the guardian started. It counts also while nobody asks. */
export interface Pulses {
  /** All of them, also those that were lost; a smaller number than before says that the guardian started anew. */
  readonly count: number;
  /** Of these, known by the kernel's numbers only: they came faster than they were read. */
  readonly lost: number;
  /** Grows from one answer to the next where an unknown number was missed between: a storm of edges was masked. */
  readonly gaps: number;
  /** When the last one came, monotonic us; undefined before the first. */
  readonly lastUs: number | undefined;
}

/** An input line. Edges arrive as messages to the process that asked for them. Throws `LineError`. */
export interface InputLine {
  readonly line: string;
  /** Logical level; where the input has a `debounce`, the one that has rested. */
  read(): 0 | 1;
  /** Only of an input that counts: any other one throws `refused`. */
  pulses(): Pulses;
}
