/**
 * A message as one line of text for people, of bounded length and cost, however large the message.
 *
 * Calls no getter, `toString` or `toJSON` of it.
 * Shows no key: a pid is printed as people know it, and what looks like a key, 32 hex digits, is not shown.
 * Bytes are counted, not shown.
 */
import { types } from "node:util";
import { isPid } from "../process/pid.ts";

/** Characters of a printed message. */
const LONGEST = 240;
const LONGEST_STRING = 80;
const DEEPEST = 4;
/** Elements shown of an array, a Map, a Set or an object. */
const MOST_PARTS = 8;
/** 128 bits in hex, as a pid's key travels, also in the middle of other text. */
const KEY = /[0-9a-f]{32,}/gi;

/** At most 240 characters, without line feeds. */
export function printValue(value: unknown): string {
  try {
    return oneLine(print(value, 0), LONGEST);
  } catch {
    return "(cannot be printed)"; // Only an object that is more than data: it will not be sent either.
  }
}

/** Text without what may be a key in it, in one line of at most `longest` characters. */
export function printText(text: string, longest: number): string {
  return oneLine(cut(text, longest), longest);
}

/** The beginning of a text, without what may be a key. */
function cut(text: string, longest: number): string {
  const enough = longest + 64;
  // A key that is cut in two is not shown by halves.
  const start = text.length > enough ? text.slice(0, enough).replace(/[0-9a-f]+$/i, "") : text;
  return clip(start.replace(KEY, "(key)"), longest);
}

function print(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(cut(value, LONGEST_STRING));
  if (typeof value === "number") return printNumber(value);
  if (typeof value === "bigint") return value.toString().length > 40 ? "a large bigint" : `${value}n`;
  if (typeof value === "function") return `function ${nameOf(value)}`;
  if (typeof value !== "object" || value === null) return String(value);
  if (types.isProxy(value)) return "a Proxy";
  if (isPid(value)) return value.toString();
  if (depth >= DEEPEST) return Array.isArray(value) ? "[…]" : "{…}";
  if (Array.isArray(value)) return printList("[", value, "]", value.length, depth);
  if (types.isMap(value)) return printMap(value, depth);
  if (types.isSet(value)) return printList("Set(", value, ")", value.size, depth);
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? "Date(invalid)" : value.toISOString();
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return `${value.byteLength} bytes`;
  if (types.isRegExp(value)) return cut(`/${value.source}/`, LONGEST_STRING);
  if (types.isNativeError(value)) return cut(errorText(value), LONGEST_STRING);
  return printObject(value, depth);
}

/** Twelve digits: times in us keep their microseconds, and lose the noise behind them. */
function printNumber(value: number): string {
  return Number.isInteger(value) || Object.is(value, -0)
    ? String(value)
    : String(Number(value.toPrecision(12)));
}

function printList(
  open: string,
  values: Iterable<unknown>,
  close: string,
  length: number,
  depth: number,
): string {
  const parts: string[] = [];
  for (const value of values) {
    if (parts.length === MOST_PARTS) break;
    parts.push(print(value, depth + 1));
  }
  return `${open}${withRest(parts, length - parts.length)}${close}`;
}

function printMap(map: ReadonlyMap<unknown, unknown>, depth: number): string {
  const parts: string[] = [];
  for (const [key, value] of map) {
    if (parts.length === MOST_PARTS) break;
    parts.push(`${print(key, depth + 1)} => ${print(value, depth + 1)}`);
  }
  return `Map(${withRest(parts, map.size - parts.length)})`;
}

function printObject(value: object, depth: number): string {
  const parts: string[] = [];
  let rest = 0;
  for (const key in value) {
    if (parts.length === MOST_PARTS) {
      rest = 1;
      break;
    }
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) continue;
    const shown = "value" in descriptor ? print(descriptor.value, depth + 1) : "(accessor)";
    parts.push(`${printKey(key)}: ${shown}`);
  }
  return `{${withRest(parts, rest)}}`;
}

function printKey(key: string): string {
  return /^[a-z_$][\w$]{0,40}$/i.test(key) ? printText(key, 40) : JSON.stringify(cut(key, 40));
}

function withRest(parts: readonly string[], rest: number): string {
  return [...parts, ...(rest > 0 ? ["…"] : [])].join(", ");
}

function errorText(error: Error): string {
  const own = (key: string) => Object.getOwnPropertyDescriptor(error, key)?.value;
  const name = own("name") ?? Object.getPrototypeOf(error)?.name;
  return `${typeof name === "string" ? name : "Error"}: ${own("message") ?? ""}`;
}

function nameOf(value: object): string {
  const name = Object.getOwnPropertyDescriptor(value, "name")?.value;
  return typeof name === "string" && name !== "" ? printText(name, 40) : "without a name";
}

function oneLine(text: string, longest: number): string {
  return clip(text.replaceAll("\n", "\\n"), longest);
}

function clip(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
