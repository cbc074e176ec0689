/**
 * What joins the two emulated worlds of the demo: a pipe from the pump to the bed, a flow meter in it, and the sun that
 * dries the bed. Each board's world knows only its own hardware, so this carries the water over, by the topics that
 * the page uses for the same.
 */
const WETTER_PERCENT = 1;
const DRIER_PERCENT = 0.4;
const LONGEST_AGE_MS = 10_000;
/** Of the meter while the pump runs: 8 L/min. */
const FLOW_HZ = 60;

/** A change of a world: `holdfast/<board>/world/<device>/set`. */
export interface WorldChange {
  readonly board: string;
  readonly device: string;
  readonly set: Readonly<Record<string, number>>;
}

export class WaterPipe {
  readonly #change: (change: WorldChange) => void;
  #flows = false;
  #moisture: { readonly percent: number; readonly atMs: number } | undefined;

  constructor(change: (change: WorldChange) => void) {
    this.#change = change;
  }

  /** The level of the pump's line, as its board reads it back. */
  pumpIs(on: boolean): void {
    if (on === this.#flows) return;
    this.#flows = on;
    this.#change({ board: "pump-house", device: "flow", set: { frequencyHz: on ? FLOW_HZ : 0 } });
  }

  soilIs(percent: number, nowMs: number): void {
    this.#moisture = { percent, atMs: nowMs };
  }

  /** Once a second. What is not measured is left alone. */
  tick(nowMs: number): void {
    const { percent, atMs } = this.#moisture ?? { percent: 0, atMs: Number.NEGATIVE_INFINITY };
    if (nowMs - atMs > LONGEST_AGE_MS) return;
    const moisturePercent = Math.min(
      95,
      Math.max(5, percent + (this.#flows ? WETTER_PERCENT : -DRIER_PERCENT)),
    );
    this.#moisture = { percent: moisturePercent, atMs };
    this.#change({ board: "greenhouse", device: "soil", set: { moisturePercent } });
  }
}
