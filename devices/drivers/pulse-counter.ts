/**
 * A pulse output: flow meter (YF-S201: 450 pulses a litre), anemometer, energy meter with S0 output (EN 62053-31,
 * pulses of at least 30 ms).
 *
 * The pulses are counted below, where their edges are stamped; this makes a total and a rate of the count. The rate is
 * reciprocal counting: whole pulses over the time from the last pulse of the sample before to the last one of this
 * sample. With one pulse between that is the period, with many the count, and the resolution is the same at every rate.
 * Where the next pulse is overdue the rate falls as if it came now.
 *
 * Not implemented: direction (two phases), keeping the total over a restart of the guardian: whoever sums up takes the
 * differences, and a count that is smaller than before began at 0.
 */
import type { Pulses } from "../../firmware/contracts/line.ts";

export interface PulseScale {
  /** Above 0. */
  readonly pulsesPerUnit: number;
  /** The rate is in units a second, minute or hour. */
  readonly per: "s" | "min" | "h";
  /** Without a pulse for so long the rate is 0. */
  readonly zeroAfterMs: number;
}

export interface PulseReading {
  /** Pulses since the guardian started. */
  readonly count: number;
  /** The same in units. */
  readonly total: number;
  /** Units per `per`; undefined until two pulses, or the time without any, have shown it. */
  readonly rate: number | undefined;
  /** Pulses were lost, or a storm was masked, since the sample before. */
  readonly suspect: boolean;
}

const SECONDS = { s: 1, min: 60, h: 3600 } as const;

export class PulseCounter {
  readonly #scale: PulseScale;
  /** The sample before that brought a pulse, and the pulses of the latest one. */
  #anchor: Pulses | undefined;
  #before: Pulses | undefined;
  #firstUs: number | undefined;
  #rateHz: number | undefined;

  constructor(scale: PulseScale) {
    this.#scale = scale;
  }

  /** What the pulses known at `nowUs` (monotonic) stand for. */
  sample(pulses: Pulses, nowUs: number): PulseReading {
    const { pulsesPerUnit, per } = this.#scale;
    const before = this.#before;
    const startedAnew = before !== undefined && pulses.count < before.count;
    if (startedAnew) this.#anchor = undefined;
    this.#firstUs ??= nowUs;
    this.#rateHz = this.#rateOf(pulses, nowUs);
    this.#before = pulses;
    const { count } = pulses;
    const rate = this.#rateHz === undefined ? undefined : (this.#rateHz * SECONDS[per]) / pulsesPerUnit;
    return { count, total: count / pulsesPerUnit, rate, suspect: startedAnew || missed(before, pulses) };
  }

  #rateOf(pulses: Pulses, nowUs: number): number | undefined {
    const { count, lastUs } = pulses;
    const silentUs = nowUs - Math.max(lastUs ?? Number.NEGATIVE_INFINITY, this.#firstUs!);
    const anchor = this.#anchor;
    if (lastUs === undefined) return silentUs >= 1000 * this.#scale.zeroAfterMs ? 0 : undefined;
    if (anchor?.lastUs === undefined || count === anchor.count) {
      this.#anchor ??= pulses;
      if (nowUs - lastUs >= 1000 * this.#scale.zeroAfterMs) return 0;
      // Overdue: it cannot be faster than one pulse in the time since the last.
      return this.#rateHz === undefined
        ? undefined
        : Math.min(this.#rateHz, 1e6 / Math.max(nowUs - lastUs, 1));
    }
    this.#anchor = pulses;
    return ((count - anchor.count) * 1e6) / (lastUs - anchor.lastUs);
  }
}

function missed(before: Pulses | undefined, { lost, gaps }: Pulses): boolean {
  return before !== undefined && (lost !== before.lost || gaps !== before.gaps);
}
