/**
 * What a thread whose code never returns can still tell: V8 runs this between two steps of that code when it is
 * asked through the inspector (`interrupt-thread.ts`). Known in the isolate under a symbol.
 */
import type { Clock } from "../time/clock.ts";
import type { CollectorPauses } from "./collector-pauses.ts";

/** Frames that are told, innermost first. */
const MOST_FRAMES = 30;
const LONGEST_STACK = 4000;
/** Of the question itself, and of Node's own start of a thread. */
const NOT_TOLD = /^\s+at (<anonymous>:\d+:\d+$|.*[( ]node:internal\/)/;

/** What was seen inside a thread. */
export interface InterruptedCode {
  /** When it told, monotonic us. */
  readonly atUs: number;
  /** The JavaScript stack, innermost frame first, one a line, as errors print them. */
  readonly stack: string;
  /** Noticeable pauses of the collector in this work and up to two seconds before it, us. */
  readonly collectorUs: number;
}

/** Makes this thread answer. Before intrinsics are frozen: it needs more frames than errors have by default. */
export function answerInterrupts(clock: Clock, pauses: CollectorPauses): void {
  const tell = (): InterruptedCode => {
    const limit = Error.stackTraceLimit;
    const holder = { stack: "" };
    try {
      Error.stackTraceLimit = MOST_FRAMES;
      Error.captureStackTrace(holder, tell);
      Error.stackTraceLimit = limit;
    } catch {
      Error.captureStackTrace(holder, tell); // intrinsics are frozen: ten frames
    }
    return { atUs: clock.now(), stack: told(holder.stack), collectorUs: pauses.sumUs() };
  };
  Object.defineProperty(globalThis, Symbol.for(KEY), { value: tell });
}

const KEY = "holdfast.interrupted";

/** The expression that asks. */
export const QUESTION = `globalThis[Symbol.for(${JSON.stringify(KEY)})]()`;

function told(stack: string): string {
  const frames = stack.split("\n").slice(1);
  return frames
    .filter((frame) => !NOT_TOLD.test(frame))
    .map((frame) => frame.trim())
    .join("\n")
    .slice(0, LONGEST_STACK);
}
