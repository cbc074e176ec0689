/**
 * How much memory a message takes, estimated for credit counting between cells and bounds on bytes.
 *
 * Rather too much than too little: characters count two bytes, properties eight. What several parts share
 * counts once, exactly so from the 17th object on, which also ends cycles. Nothing is allocated up to there but
 * one small object. Objects of classes (process ids) count as one object; shared memory costs nothing.
 * Nesting beyond what can be sent is not entered.
 */
import { types } from "node:util";

const valueBytes = 8;
const objectBytes = 32;
const entryBytes = 24;
/** A buffer and its view, without the memory they show. */
const viewBytes = 128;

const deepest = 500;
/** Objects that are counted without asking whether they were counted before. */
const untracked = 16;

/** Bytes, from 8. Never throws for a value that `copyMessage` accepts. */
export function messageBytes(value: unknown): number {
  return typeof value === "object" && value !== null ? new ByteCounter().bytesOf(value, 1) : leafBytes(value);
}

class ByteCounter {
  #objects = 0;
  #counted: Set<object> | undefined;

  /** Bytes of an object and what hangs on it. */
  bytesOf(value: object, depth: number): number {
    if (depth > deepest || this.#wasCounted(value)) return 0;
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#ofPlain(value, depth);
    if (Array.isArray(value)) return this.#ofArray(value, depth);
    if (types.isMap(value)) return this.#ofMap(value, depth);
    if (types.isSet(value)) return this.#ofSet(value, depth);
    if (ArrayBuffer.isView(value)) {
      return viewBytes + (types.isSharedArrayBuffer(value.buffer) ? 0 : value.byteLength);
    }
    if (types.isArrayBuffer(value)) return viewBytes + value.byteLength;
    if (types.isRegExp(value)) return objectBytes + leafBytes(value.source);
    if (value instanceof Error) return this.#ofError(value, depth);
    return objectBytes;
  }

  #ofPlain(value: object, depth: number): number {
    const properties = value as Record<string, unknown>;
    let bytes = objectBytes;
    for (const key in properties) bytes += valueBytes + this.#ofPart(properties[key], depth);
    return bytes;
  }

  #ofArray(value: unknown[], depth: number): number {
    let bytes = objectBytes;
    for (let i = 0; i < value.length; i++) bytes += this.#ofPart(value[i], depth);
    return bytes;
  }

  #ofMap(value: Map<unknown, unknown>, depth: number): number {
    let bytes = objectBytes;
    for (const [key, part] of value)
      bytes += entryBytes + this.#ofPart(key, depth) + this.#ofPart(part, depth);
    return bytes;
  }

  #ofSet(value: Set<unknown>, depth: number): number {
    let bytes = objectBytes;
    for (const part of value) bytes += entryBytes + this.#ofPart(part, depth);
    return bytes;
  }

  #ofError({ message, stack, cause }: Error, depth: number): number {
    return objectBytes + leafBytes(message) + leafBytes(stack) + this.#ofPart(cause, depth);
  }

  #ofPart(value: unknown, depth: number): number {
    if (typeof value !== "object" || value === null) return leafBytes(value);
    return valueBytes + this.bytesOf(value, depth + 1);
  }

  #wasCounted(value: object): boolean {
    if (this.#objects++ < untracked) return false;
    this.#counted ??= new Set();
    if (this.#counted.has(value)) return true;
    this.#counted.add(value);
    return false;
  }
}

function leafBytes(value: unknown): number {
  if (typeof value === "string") return valueBytes + 16 + value.length * 2;
  if (typeof value === "bigint") return valueBytes + 16 + Math.ceil(value.toString(16).length / 2);
  return valueBytes;
}
