/**
 * A line may be written as the pin of the header that it is wired to, `pin 11`: whoever holds a wire counts pins. Behind
 * the file everything speaks of lines.
 */
import { lineOfPin } from "../../firmware/header-map.ts";
import { isPlainObject } from "./shape.ts";

/** Fields that name a line: of devices, and of buses. */
const FIELDS = { devices: ["line"], buses: ["sda", "scl"] } as const;
/** Objects in parts whose `line` is one. */
const HOLDERS = ["rail", "reset"];

/** A board with lines in the place of pins. What is no pin with a line (`pin 1` is 3.3 V) stays for the checks to find. */
export function withLinesForPins(board: unknown): unknown {
  if (!isPlainObject(board)) return board;
  const named: Record<string, unknown> = { ...board };
  for (const [section, fields] of Object.entries(FIELDS)) {
    const parts = board[section];
    if (isPlainObject(parts)) named[section] = mapped(parts, (part) => withLines(part, fields));
  }
  if (isPlainObject(board.w1)) named.w1 = withLines(board.w1, ["line"]);
  const { expanders } = board;
  if (isPlainObject(expanders)) named.expanders = mapped(expanders, (part) => withLines(part, []));
  return named;
}

function withLines(part: unknown, fields: readonly string[]): unknown {
  if (!isPlainObject(part)) return part;
  return mapped(part, (value, key) => {
    if (fields.includes(key) && typeof value === "string") return lineOfPin(value) ?? value;
    if (key === "muxes" && isPlainObject(value)) return mapped(value, (mux) => withLines(mux, []));
    return HOLDERS.includes(key) ? withLines(value, ["line"]) : value;
  });
}

function mapped(
  object: Readonly<Record<string, unknown>>,
  change: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  // Not Object.entries into an object literal: a key "__proto__" of a file must stay a key.
  const result: Record<string, unknown> = Object.create(Object.getPrototypeOf(object));
  for (const [key, value] of Object.entries(object)) {
    Object.defineProperty(result, key, {
      value: change(value, key),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return result;
}
