/** Most edges of one step: a world that was held up makes no flood of what it missed. */
const MOST_EDGES = 50_000;

/**
 * Something in an emulated world that gives pulses at a frequency: a turbine in a pipe, a meter. Half of a period high,
 * half low. A step makes the edges since the last one, each with its own time.
 */
export class PulseSource {
  readonly #drive: (level: 0 | 1, atUs: number) => void;
  #halfUs = Infinity;
  #nextUs = Infinity;
  #level: 0 | 1 = 0;

  /** `drive`: moves the line to this logical level at that time. */
  constructor(drive: (level: 0 | 1, atUs: number) => void) {
    this.#drive = drive;
  }

  /** From `nowUs` on; 0: no more pulses. The first one begins half a period later. */
  setFrequencyHz(hz: number, nowUs: number): void {
    this.#halfUs = hz > 0 ? 500_000 / hz : Infinity;
    this.#nextUs = nowUs + this.#halfUs;
  }

  /** Makes the edges that are due. */
  step(nowUs: number): void {
    for (let edge = 0; this.#nextUs <= nowUs; edge++) {
      if (edge === MOST_EDGES) {
        this.#nextUs = nowUs + this.#halfUs;
        return;
      }
      this.#level = this.#level === 0 ? 1 : 0;
      this.#drive(this.#level, this.#nextUs);
      this.#nextUs += this.#halfUs;
    }
  }
}
