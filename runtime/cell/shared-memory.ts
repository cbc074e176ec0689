/** Finds shared memory in a message that is to leave the process, where it would mean nothing. */
import { types } from "node:util";
import { UncopyableError } from "../process/uncopyable-error.ts";

/** Throws `UncopyableError` with the place of the first SharedArrayBuffer in a plain structure. */
export function refuseSharedMemory(message: unknown): void {
  const path = pathOfShared(message, new Set());
  if (path === undefined) return;
  throw new UncopyableError(`message${path}`, "shared memory, to a cell in another process,");
}

function pathOfShared(value: unknown, seen: Set<object>): string | undefined {
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  if (types.isSharedArrayBuffer(value)) return "";
  if (ArrayBuffer.isView(value)) return types.isSharedArrayBuffer(value.buffer) ? "" : undefined;
  for (const [place, part] of partsOf(value)) {
    const path = pathOfShared(part, seen);
    if (path !== undefined) return place + path;
  }
  return undefined;
}

function* partsOf(value: object): Generator<[string, unknown]> {
  if (value instanceof Map) {
    let at = 0;
    for (const [key, item] of value) {
      yield [`.keys()[${at}]`, key];
      yield [`.get(${typeof key === "string" ? JSON.stringify(key) : "..."})`, item];
      at++;
    }
  } else if (value instanceof Set) {
    let at = 0;
    for (const item of value) yield [`.values()[${at++}]`, item];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield [`[${index}]`, item];
  } else if (value instanceof Error) {
    yield [".cause", value.cause];
  } else {
    for (const [key, item] of Object.entries(value)) yield [`.${key}`, item];
  }
}
