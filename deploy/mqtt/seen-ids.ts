/**
 * Command ids that were carried out lately.
 *
 * Bound: `capacity` ids; when more come within `keepMs` the oldest is forgotten first, and a repetition of it
 * would be carried out again.
 */
export class SeenIds {
  readonly #keepMs: number;
  readonly #capacity: number;
  /** Id to the time it was added, in that order. */
  readonly #atMs = new Map<string, number>();

  constructor(keepMs: number, capacity: number) {
    this.#keepMs = keepMs;
    this.#capacity = capacity;
  }

  /** Whether `id` was added within the last `keepMs`. */
  has(id: string, nowMs: number): boolean {
    const atMs = this.#atMs.get(id);
    return atMs !== undefined && nowMs - atMs < this.#keepMs;
  }

  delete(id: string): void {
    this.#atMs.delete(id);
  }

  add(id: string, nowMs: number): void {
    this.#atMs.delete(id);
    this.#atMs.set(id, nowMs);
    for (const [oldest, atMs] of this.#atMs) {
      if (this.#atMs.size <= this.#capacity && nowMs - atMs < this.#keepMs) break;
      this.#atMs.delete(oldest);
    }
  }
}
