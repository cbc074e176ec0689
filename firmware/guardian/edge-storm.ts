/** Edges are counted from the first one for so long. */
const WINDOW_US = 1_000_000;
/** A storm keeps its line masked for so long; each one that follows at once twice as long, up to the longest. */
const MASK_US = 1_000_000;
const LONGEST_MASK_US = 32_000_000;
/** So long after the mask a line that keeps within its limit has calmed down. */
const PROBE_US = 1_000_000;

/**
 * Whether a line changes more often than it should: a broken cable, a contact that chatters, mains hum. More than the
 * limit within a second of its edges' time is a storm; the line is then masked, probed after a while, and masked again
 * for longer while it goes on. A storm at the very limit costs what the limit admits; any other one costs that once,
 * then once a mask.
 */
export class EdgeStorm {
  readonly #limit: number;
  #startUs = Number.NEGATIVE_INFINITY;
  #lastUs = Number.NEGATIVE_INFINITY;
  #count = 0;
  #rateHz = 0;
  #maskUs = MASK_US;
  #dueUs = Infinity;
  #masked = false;

  /** `limitHz`: edges a second, at least 1. */
  constructor(limitHz: number) {
    this.#limit = limitHz;
  }

  /** Edges are not to be passed on now. */
  get masked(): boolean {
    return this.#masked;
  }

  /** Edges in the present window, and how many came a second; at least so many where some were lost. */
  get count(): number {
    return this.#count;
  }

  get rateHz(): number {
    return this.#rateHz;
  }

  /** When `expire` has something to say, us. */
  get dueUs(): number {
    return this.#dueUs;
  }

  /** Counts an edge, and those that were lost since the one before; true when that makes it a storm. */
  take(atUs: number, lost: number): boolean {
    if (atUs - this.#startUs >= WINDOW_US) {
      // Lost ones have come since the last edge, nobody knows when.
      this.#startUs = lost > 0 ? Math.max(this.#lastUs, atUs - WINDOW_US) : atUs;
      this.#count = 0;
    }
    this.#lastUs = atUs;
    this.#count += 1 + lost;
    if (this.#count <= this.#limit) return false;
    // Edges of one moment, as after a stall of the stamps, are no infinite rate.
    this.#rateHz = Math.round((this.#count * 1_000_000) / Math.max(atUs - this.#startUs, 1000));
    return true;
  }

  /** Masks the line from now on; returns for how long, ms. */
  mask(nowUs: number): number {
    const maskUs = this.#maskUs;
    this.#masked = true;
    this.#dueUs = nowUs + maskUs;
    this.#maskUs = Math.min(2 * maskUs, LONGEST_MASK_US);
    return maskUs / 1000;
  }

  /** `probe`: the mask is over. `calm`: it was probed, and the storm is over. */
  expire(nowUs: number): "probe" | "calm" | undefined {
    if (this.#dueUs > nowUs) return undefined;
    if (this.#masked) {
      this.#masked = false;
      this.#startUs = Number.NEGATIVE_INFINITY;
      this.#dueUs = nowUs + PROBE_US;
      return "probe";
    }
    this.#dueUs = Infinity;
    this.#maskUs = MASK_US;
    return "calm";
  }
}
