/** Crash events and lives, for tests of what is kept of them. */
import type { BeginMark, LifeFacts } from "../../../deploy/crashes/crash-record.ts";

export const LIFE: LifeFacts = {
  life: "00000000000000aa",
  bootId: "boot-1",
  guardian: 100,
  incarnation: 1,
  version: "0.1.0",
};

export function begin(facts: Partial<LifeFacts> = {}): BeginMark {
  return { kind: "begin", ...LIFE, ...facts, n: 1, at: null };
}

export function crash(n: number, more: Readonly<Record<string, unknown>> = {}) {
  const { life } = LIFE;
  return { kind: "crash", life, n, at: null, device: "climate", cause: `RangeError: ${n}`, ...more };
}
