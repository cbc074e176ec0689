/**
 * Pulses of one input since the guardian started. It counts on whatever its reader does: between jobs, over restarts of
 * the driver and of the runtime. What the kernel counted and could not hand over is in `count`, and in `lost` as well.
 */
export class PulseCount {
  /** Pulses, those that were lost included. */
  count = 0;
  /** Of these, known by their numbers only. */
  lost = 0;
  /** Grows while an unknown number is missed: at each question as long as a storm is masked, and when that ends. */
  gaps = 0;
  /** When the last one came, monotonic us; NaN before the first. */
  lastUs = NaN;

  pulse(atUs: number): void {
    this.count++;
    this.lastUs = atUs;
  }

  /** So many came and were not seen. */
  miss(pulses: number): void {
    this.count += pulses;
    this.lost += pulses;
  }

  gap(): void {
    this.gaps++;
  }
}
