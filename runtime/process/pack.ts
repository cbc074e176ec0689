/**
 * Messages that leave the cell: a checked copy in which pids became placeholders, and the way back.
 *
 * Structured cloning gives an error that is none of the language's the name `Error`; names travel beside the body.
 */
import { copyMessage, messageBytes } from "./copy-message.ts";
import { exportPid, importPid, isPid, type Pid, type WirePid } from "./pid.ts";
import type { NamedError, PackedBody } from "./signal.ts";

/** Copies and packs; throws `UncopyableError` naming the path of what cannot be sent. */
export function pack(message: unknown): { packed: PackedBody; bytes: number } {
  const pids: Pid[] = [];
  let errors = false;
  let body = copyMessage(message, (value) => {
    if (value instanceof Error) errors = true;
    return isPid(value) && pids.push(value) > 0;
  });
  const bytes = messageBytes(body);
  if (pids.length === 0 && !errors) return { packed: { body, placeholders: [], pids: [] }, bytes };
  const placeholders = new Map<object, object>();
  const wires: WirePid[] = [];
  for (const pid of pids) {
    if (placeholders.has(pid)) continue;
    placeholders.set(pid, {});
    wires.push(exportPid(pid));
  }
  const named: NamedError[] = [];
  body = substitute(body, placeholders, (error) => {
    if (Object.hasOwn(error, "name")) named.push({ error, name: error.name });
  });
  const packed = { body, placeholders: [...placeholders.values()], pids: wires };
  return { packed: named.length === 0 ? packed : { ...packed, named }, bytes };
}

/** `resolve` turns a travelling pid into this cell's own object where it is at home here. */
export function unpack(packed: PackedBody, resolve: (wire: WirePid) => Pid = importPid): unknown {
  for (const { error, name } of packed.named ?? []) {
    Object.defineProperty(error, "name", {
      value: name,
      enumerable: false,
      writable: true,
      configurable: true,
    });
  }
  if (packed.pids.length === 0) return packed.body;
  const pids = new Map<object, object>();
  packed.placeholders.forEach((placeholder, index) => {
    pids.set(placeholder, resolve(packed.pids[index]!));
  });
  return substitute(packed.body, pids);
}

/** Replaces every occurrence of a key of `by` in a plain structure that nobody else holds; shows its errors. */
function substitute(
  root: unknown,
  by: ReadonlyMap<object, object>,
  onError: (error: Error) => void = () => {},
): unknown {
  const seen = new Set<object>();
  const replaced = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const other = by.get(value);
    if (other !== undefined) return other;
    if (!seen.has(value)) {
      seen.add(value);
      walk(value);
    }
    return value;
  };
  const walk = (value: object): void => {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) if (i in value) value[i] = replaced(value[i]);
    } else if (value instanceof Map) {
      const entries = [...value].map(([key, item]) => [replaced(key), replaced(item)] as const);
      value.clear();
      for (const [key, item] of entries) value.set(key, item);
    } else if (value instanceof Set) {
      const items = [...value].map(replaced);
      value.clear();
      for (const item of items) value.add(item);
    } else if (value instanceof Error) {
      onError(value);
      // Only the cause holds other values; as an own property it keeps its attributes.
      if (Object.hasOwn(value, "cause")) value.cause = replaced(value.cause);
    } else if (!ArrayBuffer.isView(value)) {
      const record = value as Record<string, unknown>;
      for (const key of Object.keys(record)) record[key] = replaced(record[key]);
    }
  };
  return replaced(root);
}
