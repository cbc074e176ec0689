/** Slots in a level of the timer wheel: two 32-bit words of the bitmap. */
export const slotsPerLevel = 64;

/**
 * Which slots of a timer wheel hold timers: one bit a slot, one summary bit a level.
 *
 * A slot number is `level * 64 + digit`. `first()` looks at two or three words, whatever the wheel holds.
 */
export class SlotBitmap {
  readonly #words: Int32Array;
  #levels = 0;

  /** At most 31 levels: their summary is one word. */
  constructor(levels: number) {
    this.#words = new Int32Array(levels * 2);
  }

  set(slot: number): void {
    const word = slot >>> 5;
    this.#words[word]! |= 1 << (slot & 31);
    this.#levels |= 1 << (word >>> 1);
  }

  clear(slot: number): void {
    const word = slot >>> 5;
    const rest = this.#words[word]! & ~(1 << (slot & 31));
    this.#words[word] = rest;
    if (rest === 0 && this.#words[word ^ 1] === 0) this.#levels &= ~(1 << (word >>> 1));
  }

  /** Lowest slot of the lowest level that holds one, or -1: an index, as `indexOf` gives it. */
  first(): number {
    if (this.#levels === 0) return -1;
    const word = lowestBit(this.#levels) * 2;
    const low = this.#words[word]!;
    return low !== 0 ? word * 32 + lowestBit(low) : (word + 1) * 32 + lowestBit(this.#words[word + 1]!);
  }
}

/** Place of the lowest bit set, 0..31; `bits` is not 0. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
