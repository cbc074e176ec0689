/** What the readings of a soak say: did anything grow, was every promise kept. */
import type { Reading } from "./readings.ts";
import { slopeOf } from "./slope.ts";

/** Memory may grow by so much, MB an hour: 9 GB a year, which a board that restarts once a year bears. */
export const MEMORY_LIMIT = 1;

export interface Check {
  readonly what: string;
  readonly passed: boolean;
  readonly said: string;
}

export interface SoakResult {
  readonly passed: boolean;
  readonly minutes: number;
  readonly seed: number;
  readonly checks: readonly Check[];
  readonly totals: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

/** The part of a run that says nothing about the rest: caches fill, code is compiled. */
export function afterWarmUp<T extends { readonly hours: number }>(readings: readonly T[]): readonly T[] {
  const hours = readings.at(-1)?.hours ?? 0;
  const warm = Math.min(10 / 60, hours / 5);
  return readings.filter((reading) => reading.hours > warm);
}

/** A slope of less than this says nothing: memory still finds its level, hours. */
const SHORTEST = 1 / 3;

/**
 * Memory by its slope. Fails when the slope is above the limit beyond doubt; a short or restless run leaves it
 * open, and then the check says so.
 */
export function memoryCheck(
  what: string,
  points: readonly { readonly hours: number; readonly value: number }[],
): Check {
  const { perHour, plusMinus } = slopeOf(points);
  const long = (points.at(-1)?.hours ?? 0) - (points[0]?.hours ?? 0) >= SHORTEST;
  const surely = long && perHour + plusMinus <= MEMORY_LIMIT;
  const passed = !long || perHour - plusMinus <= MEMORY_LIMIT;
  const word = surely ? "" : passed ? ", not decided: run it for longer" : ", it grows";
  const said = `${perHour.toFixed(2)} +- ${plusMinus.toFixed(2)} MB/h (95 %), limit ${MEMORY_LIMIT}${word}`;
  return { what, passed, said };
}

/**
 * Counts that must end where they began: the floor of the last third against that of the first. What a thread
 * held is given back some time after it ended, so counts jump up and down; a leak lifts the floor.
 */
export function constantCheck(what: string, values: readonly number[], tolerance: number): Check {
  const third = Math.ceil(values.length / 3);
  const [first, last] = [floor(values.slice(0, third)), floor(values.slice(-third))];
  const most = Math.max(...values);
  return {
    what,
    passed: values.length > 0 && last - first <= tolerance,
    said: `${first} at first, ${last} at last, at most ${most}`,
  };
}

/** Every check of a kernel's soak. */
export function judge(readings: readonly Reading[], violations: readonly string[]): readonly Check[] {
  const later = afterWarmUp(readings);
  const settled = later.filter((reading) => reading.settled);
  const memory = (what: string, of: (reading: Reading) => number) =>
    memoryCheck(
      what,
      settled.map((reading) => ({ hours: reading.hours, value: of(reading) })),
    );
  const constant = (what: keyof Reading & string, tolerance: number) =>
    constantCheck(
      what,
      settled.map((reading) => reading[what] as number),
      tolerance,
    );
  return [
    { what: "promises", passed: violations.length === 0, said: violations[0] ?? "all kept" },
    memory("resident memory", ({ rssMb }) => rssMb),
    memory("heap of the main thread", ({ heapMb }) => heapMb),
    memory("heaps of the cells", ({ cellHeapMb }) => cellHeapMb),
    memory("memory outside heaps", ({ externalMb }) => externalMb),
    constant("descriptors", 0),
    constant("threads", 0),
    constant("ports", 0),
    constant("sharedBlocks", 8),
    constant("processes", 0),
    constant("timers", 0),
    constant("names", 0),
  ];
}

/** The tenth part of them is below. */
function floor(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 10)] ?? 0;
}
