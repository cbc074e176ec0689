/**
 * Short ASCII texts that come again and again: names of fields, types, cells, and keys of pids. To compare a text with bytes
 * costs less than to make it of them, which is a call into C++.
 */

/** Longest text that is kept: a key. */
const LONGEST = 32;
/** A power of two. Each place keeps the last text that fell on it. */
const PLACES = 256;

export class ShortTexts {
  readonly #texts: string[] = Array.from({ length: PLACES }, () => "");

  /** The text of `length` bytes of ASCII at `at`; `undefined` for what is longer, or not only ASCII. */
  read(bytes: Buffer, at: number, length: number): string | undefined {
    if (length > LONGEST) return undefined;
    let sum = length;
    let any = 0;
    for (let index = 0; index < length; index++) {
      const byte = bytes[at + index]!;
      any |= byte;
      sum = (Math.imul(sum, 31) + byte) | 0;
    }
    if (any > 0x7f) return undefined;
    const place = (sum ^ (sum >>> 8)) & (PLACES - 1);
    const known = this.#texts[place]!;
    if (isText(known, bytes, at, length)) return known;
    const text = bytes.toString("latin1", at, at + length);
    this.#texts[place] = text;
    return text;
  }
}

function isText(text: string, bytes: Buffer, at: number, length: number): boolean {
  if (text.length !== length) return false;
  for (let index = 0; index < length; index++) if (text.charCodeAt(index) !== bytes[at + index]) return false;
  return true;
}
