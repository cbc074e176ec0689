/** How far a long piece of work is: a bar that is redrawn on a terminal, a line every tenth elsewhere. */

export interface ProgressSink {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 24;
/** A terminal is drawn at most this often, ms. */
const PACE_MS = 100;

export class Progress {
  readonly #sink: ProgressSink;
  readonly #nowMs: () => number;
  #what = "";
  #startMs = 0;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #tenth = -1;

  /** `nowMs` counts without jumps. */
  constructor(sink: ProgressSink = process.stderr, nowMs: () => number = () => performance.now()) {
    this.#sink = sink;
    this.#nowMs = nowMs;
  }

  /** Begins another step. */
  begin(what: string): void {
    this.#what = what;
    this.#startMs = this.#nowMs();
    this.#drawnMs = Number.NEGATIVE_INFINITY;
    this.#tenth = -1;
  }

  /** `part`: 0 to 1 of the step; `bytes`: so far. */
  show(part: number, bytes: number): void {
    const now = this.#nowMs();
    if (this.#sink.isTTY !== true) {
      const tenth = Math.floor(part * 10);
      if (tenth <= this.#tenth) return;
      this.#tenth = tenth;
      this.#sink.write(`${this.#what} ${tenth * 10} %\n`);
      return;
    }
    if (now - this.#drawnMs < PACE_MS && part < 1) return;
    this.#drawnMs = now;
    this.#sink.write(`\r${this.#line(part, bytes, now).slice(0, (this.#sink.columns ?? 80) - 1)}\x1b[K`);
  }

  /** Ends the step with a line that stays. */
  end(line: string): void {
    this.#sink.write(this.#sink.isTTY === true ? `\r${line}\x1b[K\n` : `${line}\n`);
  }

  #line(part: number, bytes: number, now: number): string {
    const seconds = Math.max((now - this.#startMs) / 1000, 0.001);
    const full = Math.round(Math.min(part, 1) * BAR);
    const rest = part > 0.02 && part < 1 ? `, ${Math.ceil((seconds * (1 - part)) / part)} s left` : "";
    const bar = "█".repeat(full) + "░".repeat(BAR - full);
    const megabytes = bytes / 1e6;
    const speed = `${megabytes.toFixed(0)} MB, ${(megabytes / seconds).toFixed(1)} MB/s`;
    return `${this.#what.padEnd(8)} ${bar} ${Math.floor(part * 100)} %  ${speed}${rest}`;
  }
}
