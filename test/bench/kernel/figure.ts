/** What one run of one contender gives; every program of this benchmark prints one as its last line. */
export interface Figure {
  /** The cost: us an operation, or bytes a process. Lower is better. */
  readonly value: number;
  /** Processor time an operation, us, of all threads of the program: tells a slow program from a busy machine. */
  readonly cpu?: number;
  readonly p99?: number;
  readonly worst?: number;
}

/** Each property's median by itself; `worst` is the worst of all. */
export function medianFigure(figures: readonly Figure[]): Figure {
  const column = (name: keyof Figure) =>
    figures.map((figure) => figure[name]).filter((number) => number !== undefined);
  const part = (name: keyof Figure, of: (numbers: readonly number[]) => number) => {
    const numbers = column(name);
    return numbers.length === 0 ? {} : { [name]: of(numbers) };
  };
  return {
    value: median(column("value")),
    ...part("cpu", median),
    ...part("p99", median),
    ...part("worst", (numbers) => Math.max(...numbers)),
  };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
