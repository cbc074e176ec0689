/**
 * The metal below the guardian: lines and buses by index, levels electrical, in the order of the plan
 * (outputs first, then inputs). A backend is opened by its own factory, which adopts the lines: it reads
 * direction and level of each output and changes neither.
 *
 * A backend MAY answer before the call returns; it MUST answer every call exactly once, the calls for one
 * line in their order. Byte arrays are borrowed for the duration of the call.
 */

/** What an output was found at. */
export interface FoundLine {
  /** True when the line was driven already; then `level` is what it was driven to. */
  readonly driven: boolean;
  readonly level: number;
}

export type BusStatus =
  | "ok"
  | "address_nak"
  | "data_nak"
  | "arbitration_lost"
  | "bus_stuck"
  | "timeout"
  | "refused";

/** Where answers and news arrive: the guardian. */
export interface BackendSink {
  /** Answer to `drive` and `sense`: the level read back, NaN when the line failed. */
  sensed(token: number, level: number): void;
  /** Answer to `transfer`: the bytes read lie in `bytes` from `at`. */
  transferred(bus: number, status: BusStatus, bytes: Uint8Array, at: number, length: number): void;
  /** Answer to `recover`. `why`: what kept it from doing all it should, for people. */
  recovered(bus: number, works: boolean, why?: string): void;
  /** `line` as in the plan; `atUs` monotonic, where it happened. */
  edge(line: number, level: 0 | 1, atUs: number): void;
  /** At least so many edges of `line`, of those it listens to, came faster than anybody took them; the next one is told after this. */
  edgesLost(line: number, count: number): void;
}

export interface Backend {
  /** One entry per output of the plan. */
  readonly found: readonly FoundLine[];
  /** It keeps to `debounceMs` of inputs by itself, for edges and for levels read; else the guardian does. */
  readonly debounces: boolean;
  /** Called once, before anything else. */
  attach(sink: BackendSink): void;
  /** Makes the line an output at this level (no glitch) and reads it back. */
  drive(line: number, level: number, token: number): void;
  sense(line: number, token: number): void;
  /** The output becomes an input. No answer. */
  free(line: number): void;
  /** Tells edges of this input from now on, or no more: none that it need not tell costs anything. No answer. */
  listen(line: number, on: boolean): void;
  /** One transfer per bus at a time: write, then read with a repeated start where both are asked for. */
  transfer(
    bus: number,
    address: number,
    bytes: Uint8Array,
    at: number,
    writeLength: number,
    readLength: number,
  ): void;
  /**
   * Frees a stuck bus as far as the backend can (nine clocks and a stop; on Linux what the kernel's driver does), and
   * answers whether it works. Counts as the one transfer of its bus.
   */
  recover(bus: number): void;
  close(): void;
}
