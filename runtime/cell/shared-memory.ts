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
  if (value instanceof Map) return pathInMap(value, seen);
  if (value instanceof Error) return under(".cause", value.cause, seen);
  if (value instanceof Set) {
    let at = 0;
    for (const item of value) {
      const path = under(`.values()[${at++}]`, item, seen);
      if (path !== undefined) return path;
    }
    return undefined;
  }
  // Most of what is said is small and plain: no iterators for that.
  const isList = Array.isArray(value);
  for (const key of Object.keys(value)) {
    const part = (value as Record<string, unknown>)[key];
    if (typeof part !== "object") continue;
    const path = pathOfShared(part, seen);
    if (path !== undefined) return (isList ? `[${key}]` : `.${key}`) + path;
  }
  return undefined;
}

function pathInMap(map: ReadonlyMap<unknown, unknown>, seen: Set<object>): string | undefined {
  let at = 0;
  for (const [key, item] of map) {
    const place = typeof key === "string" ? JSON.stringify(key) : "...";
    const path = under(`.keys()[${at++}]`, key, seen) ?? under(`.get(${place})`, item, seen);
    if (path !== undefined) return path;
  }
  return undefined;
}

function under(place: string, value: unknown, seen: Set<object>): string | undefined {
  const path = pathOfShared(value, seen);
  return path === undefined ? undefined : place + path;
}
