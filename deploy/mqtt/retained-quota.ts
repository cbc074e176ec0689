/** Counts what is retained, because aedes keeps it in memory without a limit. */
export class RetainedQuota {
  readonly #bytes = new Map<string, number>();
  readonly #maxTopics: number;
  readonly #maxBytes: number;
  #total = 0;

  constructor(maxTopics: number, maxBytes: number) {
    this.#maxTopics = maxTopics;
    this.#maxBytes = maxBytes;
  }

  /** Takes the place of what is retained on the topic, or says `false` where there is no room. `size` 0: it goes. */
  take(topic: string, size: number): boolean {
    const before = this.#bytes.get(topic);
    const total = this.#total - (before ?? 0) + size;
    if (size > 0 && (total > this.#maxBytes || (before === undefined && this.#bytes.size >= this.#maxTopics)))
      return false;
    this.#total = total;
    if (size === 0) this.#bytes.delete(topic);
    else this.#bytes.set(topic, size);
    return true;
  }
}
