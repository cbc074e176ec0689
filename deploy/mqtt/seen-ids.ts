/**
 * Command ids that were carried out lately.
 *
 * Bound: `capacity` ids; when more come within `keepMs` the oldest is forgotten first, and a repetition of it
 * would be carried out again.
 */
export class SeenIds {
  readonly #keepMs: number;
  readonly #capacity: number;
  /** Id to the time it was added, in that order, and in which life of its device. */
  readonly #seen = new Map<string, { readonly atMs: number; readonly life: number }>();

  constructor(keepMs: number, capacity: number) {
    this.#keepMs = keepMs;
    this.#capacity = capacity;
  }

  /** Whether `id` was added within the last `keepMs`. */
  has(id: string, nowMs: number): boolean {
    return this.lifeOf(id, nowMs) !== undefined;
  }

  /** The life in which `id` was added within the last `keepMs`; `undefined` when it was not. */
  lifeOf(id: string, nowMs: number): number | undefined {
    const seen = this.#seen.get(id);
    return seen !== undefined && nowMs - seen.atMs < this.#keepMs ? seen.life : undefined;
  }

  delete(id: string): void {
    this.#seen.delete(id);
  }

  add(id: string, nowMs: number, life = 0): void {
    this.#seen.delete(id);
    this.#seen.set(id, { atMs: nowMs, life });
    for (const [oldest, { atMs }] of this.#seen) {
      if (this.#seen.size <= this.#capacity && nowMs - atMs < this.#keepMs) break;
      this.#seen.delete(oldest);
    }
  }
}
