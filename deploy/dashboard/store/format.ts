/** Numbers and times as the page writes them; all durations in ms unless the name says otherwise. */
import type { Value } from "./wire.ts";

/** Decimals by unit: what the usual sensors resolve, and no digit that only flickers. */
const decimalsByUnit: Readonly<Record<string, number>> = { "°C": 1, "%": 1, hPa: 1, lx: 0, V: 2 };

/** How false and true are said. */
export type Words = readonly [whenFalse: string, whenTrue: string];
export const onOff: Words = ["off", "on"];
export const noYes: Words = ["no", "yes"];

/** The value without its unit; the number of decimals depends on the unit alone, so that digits stand still. */
export function formatValue(value: Value, unit: string, words: Words = onOff): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return words[value ? 1 : 0];
  if (typeof value === "string") return value;
  const decimals = decimalsByUnit[unit];
  if (decimals !== undefined) return minus(value.toFixed(decimals));
  if (Number.isInteger(value)) return minus(String(value));
  return minus(value.toFixed(Math.abs(value) >= 100 ? 1 : 2));
}

/** A span of time in words: `14 s`, `2 min 05 s`, `3 h 10 min`, `2 d 4 h`. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

/** A countdown: `0:09`, `9:59`, `1:00:00`; it shows 0:00 only when nothing is left. */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Local time of day, `08:05:09`; with the date when that is not today. */
export function formatTime(ms: number, nowMs: number): string {
  const time = new Date(ms);
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  if (time.toDateString() === new Date(nowMs).toDateString()) return clock;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}

/** Microseconds with three digits at most: `142 µs`, `1.8 ms`, `12 ms`, `1.2 s`. */
export function formatMicros(us: number): string {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${short(us / 1000)} ms`;
  return `${short(us / 1_000_000)} s`;
}

function short(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** A real minus sign; never a minus before zero. */
function minus(text: string): string {
  return /^-[0.]*$/.test(text) ? text.slice(1) : text.replace("-", "−");
}
