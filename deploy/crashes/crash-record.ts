/**
 * Crash reports as they lie on stable storage: one JSON object a line, at most 4 KB each, so that a file of so many bytes
 * holds so many crashes. Pure.
 */
import type { BoardEvent } from "../../devices/handler/messages.ts";

/** Events that are crash reports: a process or cell ended that nobody asked to end, or the runtime gave up. */
const CRASHES: readonly string[] = ["crash", "hung", "late", "garbageCollection", "gaveUp"];
/** Longest line, bytes. A stack of 10 frames has 1 to 2 KB. */
export const MOST_LINE_BYTES = 4096;
/** What a text is cut to when its record is too long, characters: first the messages, then the stack. */
const CUTS = [400, 120] as const;

/** One life of a board's runtime. */
export interface LifeFacts {
  /** Tells it from all others: 16 hex digits. */
  readonly life: string;
  /** Of the machine's boot; empty where nobody tells. */
  readonly bootId: string;
  /** Process number of its guardian: another one means another guardian. */
  readonly guardian: number;
  /** How often this guardian had started a runtime, this one included. */
  readonly incarnation: number;
  readonly version: string;
}

/** What ended a life that was not ended in order: its own process, its guardian, or the whole machine. */
export type UnorderlyEnd = "runtime" | "guardian" | "machine";

interface Line {
  readonly life: string;
  /** Counts the lines of a life, from 1. */
  readonly n: number;
  /** ISO 8601; null while the clock was not set. */
  readonly at: string | null;
}

/** A crash, with the fields of its event. */
export interface KeptCrash extends Line {
  readonly kind: string;
  readonly device?: string;
  readonly cause?: string;
  readonly stack?: string | null;
  /** Crashes before it that were not kept: too many in too short a time, or the storage took nothing. */
  readonly leftOut?: number;
  readonly [field: string]: unknown;
}

/** A life began. */
export interface BeginMark extends Line, LifeFacts {
  readonly kind: "begin";
}

/** A life ended in order. */
export interface EndMark extends Line {
  readonly kind: "end";
}

/** A life was found, by the next one, to have ended otherwise. */
export interface EndedRecord extends Line {
  readonly kind: "ended";
  readonly what: UnorderlyEnd;
  /** In words, for people. */
  readonly cause: string;
}

export type CrashLine = KeptCrash | BeginMark | EndMark | EndedRecord;

/** Whether an event is a crash report. */
export function isCrashEvent({ kind }: BoardEvent): boolean {
  return CRASHES.includes(kind);
}

/** One line with its end, no longer than `MOST_LINE_BYTES`: texts are cut, and at last left out but for what names it. */
export function crashLineText(line: CrashLine): string {
  const whole = `${JSON.stringify(line)}\n`;
  if (fits(whole)) return whole;
  for (const most of CUTS) {
    const cut = `${JSON.stringify(line, (_, value: unknown) => shortened(value, most))}\n`;
    if (fits(cut)) return cut;
  }
  const { life, n, at, kind } = line;
  const { device, cause } = line as KeptCrash;
  const few = { life, n, at, kind, device: shortened(device, 100), cause: shortened(cause, 400) };
  return `${JSON.stringify(few)}\n`;
}

/**
 * The lines of a file, oldest first. What a power cut left of a line is passed over; one that was written twice (it was
 * under way when the process ended) counts once.
 */
export function parseCrashLines(text: string): readonly CrashLine[] {
  const lines = new Map<string, CrashLine>();
  for (const one of text.split("\n")) {
    const line = parsed(one);
    if (line !== undefined) lines.set(`${line.life} ${line.n}`, line);
  }
  return [...lines.values()];
}

/** Whether a line reports something: marks of lives only say when the others were. */
export function isReport(line: CrashLine): line is KeptCrash | EndedRecord {
  return line.kind !== "begin" && line.kind !== "end";
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= MOST_LINE_BYTES;
}

function shortened(value: unknown, most: number): unknown {
  if (typeof value === "string" && value.length > most) return `${value.slice(0, most)}…`;
  return Array.isArray(value) && value.length > 8 ? value.slice(-8) : value;
}

function parsed(text: string): CrashLine | undefined {
  try {
    const value = JSON.parse(text) as Partial<CrashLine> | null;
    if (typeof value !== "object" || value === null) return undefined;
    const { life, n, kind } = value;
    const right = typeof life === "string" && typeof n === "number" && typeof kind === "string";
    return right ? (value as CrashLine) : undefined;
  } catch {
    return undefined; // empty, or half a line
  }
}
