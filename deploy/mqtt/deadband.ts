/** When a reading has changed enough to be said again, and what of it can be said. */
import type { Reading } from "./retained-board.ts";

/** Numbers leave the deadband by at least the resolution; everything else when it differs. */
export function leftDeadband(value: Reading["value"], sent: Reading["value"], resolution: number): boolean {
  if (typeof value !== "number" || typeof sent !== "number") return value !== sent;
  // Half a billionth of slack: 21.4 - 21.3 is a little less than 0.1.
  return value !== sent && Math.abs(value - sent) >= resolution * (1 - 5e-10) - Number.EPSILON;
}

/** JSON knows no other numbers. */
export function finite(reading: Reading): Reading {
  if (typeof reading.value !== "number" || Number.isFinite(reading.value)) return reading;
  return { ...reading, value: null, quality: "bad" };
}
