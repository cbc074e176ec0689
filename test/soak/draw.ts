/** Whole numbers from 0 below a limit, from a seed (xorshift). */
export function drawer(seed: number): (limit: number) => number {
  let x = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return (limit) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x % limit;
  };
}
