/**
 * Random numbers that are the same for the same seed: xorshift32 (Marsaglia, 2003).
 * For noise and weather in emulated worlds; never for keys.
 */
export class SeededRandom {
  #state: number;

  /** Any integer; 0 would stay 0 for ever, so the seed is mixed first. */
  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) | 0 || 1;
    for (let i = 0; i < 8; i++) this.next(); // neighbouring seeds part within a few steps
  }

  /** 0 inclusive to 1 exclusive, 32 bits fine. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) / 2 ** 32;
  }

  /** Mean 0, standard deviation 1, never beyond 6: the sum of twelve, less six (no rejection, always 12 draws). */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.next();
    return sum;
  }
}
