/**
 * The last `of` jobs or releases, one bit each, and how many of them were missed: a weakly-hard (m,k) constraint.
 *
 * Bernat, Burns and Llamosi, "Weakly Hard Real-Time Systems", IEEE Transactions on Computers 50(4), 2001: any
 * `misses` misses in any window of `of`, not only in a row. Constant memory, O(1) a job.
 */
import type { MissRule } from "./job.ts";

export class MissWindow {
  readonly rule: MissRule;
  readonly #bits: Uint32Array;
  #next = 0;
  #misses = 0;

  /** Throws RangeError unless `misses` and `of` are whole and 1 <= misses <= of. */
  constructor(rule: MissRule) {
    const { misses, of } = rule;
    if (!(Number.isInteger(misses) && Number.isInteger(of) && misses >= 1 && misses <= of)) {
      throw new RangeError(`no such rule: ${misses} misses of ${of}`);
    }
    this.rule = rule;
    this.#bits = new Uint32Array(Math.ceil(of / 32));
  }

  /** Misses among the last `of`. */
  get misses(): number {
    return this.#misses;
  }

  /** One more. True when that makes it too many: then it begins anew, so that a later answer stands for later misses. */
  record(missed: boolean): boolean {
    const word = this.#next >>> 5;
    const bit = 1 << (this.#next & 31);
    if ((this.#bits[word]! & bit) !== 0) this.#misses--;
    if (missed) {
      this.#misses++;
      this.#bits[word]! |= bit;
    } else {
      this.#bits[word]! &= ~bit;
    }
    this.#next = (this.#next + 1) % this.rule.of;
    if (this.#misses < this.rule.misses) return false;
    this.clear();
    return true;
  }

  /** As if nothing was missed so far. */
  clear(): void {
    this.#bits.fill(0);
    this.#next = 0;
    this.#misses = 0;
  }
}
