/** A change of an output, as an outside observer saw it. */
export interface WitnessRecord {
  readonly line: string;
  /** Electrical level; a PWM line shows its duty. */
  readonly level: number;
  /** Monotonic microseconds. */
  readonly atUs: number;
}

/** The last output changes, bounded; the oldest are overwritten and counted. */
export class Witness {
  readonly #records: WitnessRecord[] = [];
  readonly #capacity: number;
  readonly #followers = new Set<(record: WitnessRecord) => void>();
  overwritten = 0;

  constructor(capacity = 4096) {
    this.#capacity = capacity;
  }

  record(record: WitnessRecord): void {
    if (this.#records.length === this.#capacity) {
      this.#records.shift();
      this.overwritten++;
    }
    this.#records.push(record);
    for (const follower of this.#followers) follower(record);
  }

  /** Every record kept, then every new one. Returns how to stop. */
  follow(follower: (record: WitnessRecord) => void): () => void {
    for (const record of this.#records) follower(record);
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}
