/**
 * The deep copy that stands for sending inside one isolate.
 *
 * It gives what `structuredClone` gives, so that a message looks the same whether its receiver is in this cell
 * or in another, and refuses more: an object of a class is an error here, not its bare fields. Differences:
 *
 *   - opaque objects (process ids) are passed as they are;
 *   - errors keep `name` and `cause`, whatever class they had;
 *   - a view of an ArrayBuffer brings the bytes it shows, not the whole buffer (8 KB behind a small Buffer), so
 *     two views of one buffer part; a view of a SharedArrayBuffer still shows that memory;
 *   - nesting ends at 500 levels, so that a message is refused for what it is, not for the stack its sender had.
 *
 *   - a symbol property of a plain object comes along as it is (to ask for symbols costs more than the copy).
 *
 * As there: own enumerable properties only; arrays keep holes and lose named properties; a null prototype
 * becomes Object.prototype; a Buffer becomes a Uint8Array; a getter is read once, at the sender, and its value
 * is sent. (Asking each property whether it is one would double the cost of every message.) A Proxy is not
 * told from what it stands for.
 *
 * What is met twice, cycles included, is one object in the copy too. Objects met so far are searched in a
 * list, beyond 16 in a Map: most messages hold few, and in the others each still costs O(1).
 */
import { types } from "node:util";
import { UncopyableError } from "./uncopyable-error.ts";

export { messageBytes } from "./message-bytes.ts";

/** Deepest nesting that can be sent, levels of objects. */
export const deepestMessage = 500;

/**
 * A copy that shares nothing with `value` except SharedArrayBuffers and the objects for which `isOpaque` is true
 * (it is asked about every object). Throws `UncopyableError`, which names the place in the message, for
 * functions, symbols, objects of classes, promises, weak collections, and getters that throw.
 */
export function copyMessage<T>(value: T, isOpaque: (value: object) => boolean): T {
  if (isLeaf(value)) return value;
  try {
    return (
      typeof value === "object"
        ? copyRoot(value as object, isOpaque)
        : new MessageCopier(isOpaque).copy(value, 1)
    ) as T;
  } catch (error) {
    if (error instanceof Refusal) throw error.toError();
    throw error;
  }
}

/** The path of most messages: one object of leaves and opaque parts is cloned whole, at a fifth of the cost. */
function copyRoot(value: object, isOpaque: (value: object) => boolean): unknown {
  if (Object.getPrototypeOf(value) !== Object.prototype) return new MessageCopier(isOpaque).copy(value, 1);
  const copy = cloneShallow(value);
  let copier: MessageCopier | undefined;
  for (const key in copy) {
    const part = copy[key];
    if (isLeaf(part) || (typeof part === "object" && isOpaque(part as object))) continue;
    copier ??= new MessageCopier(isOpaque, value, copy);
    copy[key] = copier.copyPart(part, 1, key);
  }
  return copy;
}

/** Reads each property once, getters too. */
function cloneShallow(source: object): Record<string, unknown> {
  try {
    return { ...source } as Record<string, unknown>;
  } catch (error) {
    throw Refusal.at(propertyPath(throwingKey(source)), error);
  }
}

/** The property that throws when it is read. */
function throwingKey(source: object): string {
  for (const key of Object.keys(source)) {
    try {
      void (source as Record<string, unknown>)[key];
    } catch {
      return key;
    }
  }
  return "?"; // It threw once and does not again.
}

/** Objects met so far before they move to a Map. */
const listLimit = 16;

class MessageCopier {
  readonly #isOpaque: (value: object) => boolean;
  /** Most messages are one object, or one in another: the first needs no list. */
  #firstSource: object | undefined;
  #firstCopy: object | undefined;
  #sources: object[] | undefined;
  #copies: object[] | undefined;
  #index: Map<object, object> | undefined;

  /** `source` was copied already, as the object that the message is. */
  constructor(isOpaque: (value: object) => boolean, source?: object, copy?: object) {
    this.#isOpaque = isOpaque;
    this.#firstSource = source;
    this.#firstCopy = copy;
  }

  /** Copies what is not a leaf. */
  copy(value: unknown, depth: number): unknown {
    if (typeof value !== "object" || value === null) throw new Refusal(`a ${typeof value}`);
    const known = this.#copyOf(value);
    if (known !== undefined) return known;
    if (this.#isOpaque(value)) return value;
    if (depth > deepestMessage) throw new Refusal(`an object more than ${deepestMessage} levels deep`);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#copyPlain(value, depth);
    if (prototype === Array.prototype && Array.isArray(value)) return this.#copyArray(value, depth);
    if (prototype === Map.prototype && types.isMap(value)) return this.#copyMap(value, depth);
    if (prototype === Set.prototype && types.isSet(value)) return this.#copySet(value, depth);
    if (value instanceof Error) return this.#copyError(value, depth);
    const copy = copyClosed(value, prototype);
    this.#remember(value, copy);
    return copy;
  }

  #copyPlain(source: object, depth: number): object {
    const copy = cloneShallow(source);
    this.#remember(source, copy);
    for (const key in copy) {
      const value = copy[key];
      if (!isLeaf(value)) copy[key] = this.copyPart(value, depth, key);
    }
    return copy;
  }

  /** What an object at `depth` has under `key`. */
  copyPart(value: unknown, depth: number, key: string): unknown {
    try {
      return this.copy(value, depth + 1);
    } catch (error) {
      throw Refusal.at(propertyPath(key), error);
    }
  }

  #copyArray(source: unknown[], depth: number): unknown[] {
    const copy = source.slice(); // Brings leaves and holes at the speed of a memory copy.
    this.#remember(source, copy);
    let index = 0;
    try {
      for (; index < copy.length; index++) {
        const value = copy[index];
        if (!isLeaf(value)) copy[index] = this.copy(value, depth + 1);
      }
    } catch (error) {
      throw Refusal.at(`[${index}]`, error);
    }
    return copy;
  }

  #copyMap(source: Map<unknown, unknown>, depth: number): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>();
    this.#remember(source, copy);
    for (const [key, value] of source) {
      const sentKey = isLeaf(key) ? key : this.#copyPart(key, depth, `.keys()[${copy.size}]`);
      copy.set(sentKey, isLeaf(value) ? value : this.#copyPart(value, depth, `.get(${printKey(key)})`));
    }
    return copy;
  }

  #copySet(source: Set<unknown>, depth: number): Set<unknown> {
    const copy = new Set<unknown>();
    this.#remember(source, copy);
    for (const value of source) {
      copy.add(isLeaf(value) ? value : this.#copyPart(value, depth, `.values()[${copy.size}]`));
    }
    return copy;
  }

  #copyError(source: Error, depth: number): Error {
    const { name, message, stack } = source;
    const copy = new (errorClasses.get(name) ?? Error)(String(message));
    this.#remember(source, copy);
    if (copy.name !== name) defineOwn(copy, "name", String(name), false);
    if (typeof stack === "string") defineOwn(copy, "stack", stack, false);
    if (Object.hasOwn(source, "cause")) {
      const { cause } = source;
      defineOwn(copy, "cause", isLeaf(cause) ? cause : this.#copyPart(cause, depth, ".cause"), false);
    }
    return copy;
  }

  #copyPart(value: unknown, depth: number, place: string): unknown {
    try {
      return this.copy(value, depth + 1);
    } catch (error) {
      throw Refusal.at(place, error);
    }
  }

  #copyOf(source: object): object | undefined {
    if (source === this.#firstSource) return this.#firstCopy;
    if (this.#index !== undefined) return this.#index.get(source);
    const sources = this.#sources;
    if (sources === undefined) return undefined;
    for (let i = 0; i < sources.length; i++) if (sources[i] === source) return this.#copies![i];
    return undefined;
  }

  #remember(source: object, copy: object): void {
    if (this.#firstSource === undefined) {
      this.#firstSource = source;
      this.#firstCopy = copy;
    } else if (this.#index !== undefined) {
      this.#index.set(source, copy);
    } else if (this.#sources === undefined) {
      this.#sources = [source];
      this.#copies = [copy];
    } else if (this.#sources.length < listLimit) {
      this.#sources.push(source);
      this.#copies!.push(copy);
    } else {
      this.#index = new Map(this.#sources.map((known, i) => [known, this.#copies![i]!]));
      this.#index.set(source, copy);
    }
  }
}

/** Not an Error: it costs no stack trace, gathers its path on the way out, and never leaves this file. */
class Refusal {
  readonly #what: string;
  readonly #cause: unknown;
  #path = "";

  constructor(what: string, cause?: unknown) {
    this.#what = what;
    this.#cause = cause;
  }

  static at(place: string, error: unknown): Refusal {
    const refusal =
      error instanceof Refusal ? error : new Refusal("a part that throws when it is read", error);
    refusal.#path = place + refusal.#path;
    return refusal;
  }

  toError(): UncopyableError {
    const options = this.#cause === undefined ? {} : { cause: this.#cause };
    return new UncopyableError(`message${this.#path}`, this.#what, options);
  }
}

/** Values that are their own copy. `undefined`, `null`, booleans, numbers, strings, big integers. */
function isLeaf(value: unknown): boolean {
  const type = typeof value;
  return type === "object" ? value === null : type !== "function" && type !== "symbol";
}

/** Copies an object that holds no other values: dates, expressions, memory. */
function copyClosed(value: object, prototype: object): object {
  if (prototype === Date.prototype && types.isDate(value)) return new Date(value.getTime());
  if (prototype === RegExp.prototype && types.isRegExp(value)) return new RegExp(value.source, value.flags);
  if (types.isSharedArrayBuffer(value)) return value;
  try {
    if (prototype === ArrayBuffer.prototype && types.isArrayBuffer(value)) return value.slice(0);
    if (prototype === DataView.prototype && types.isDataView(value)) return copyDataView(value);
    const View = viewClasses.get(prototype);
    if (View !== undefined && types.isTypedArray(value)) {
      return types.isSharedArrayBuffer(value.buffer)
        ? new View(value.buffer, value.byteOffset, value.length)
        : new View(value as Uint8Array);
    }
  } catch (error) {
    throw new Refusal("memory that was transferred away", error);
  }
  throw new Refusal(describe(value));
}

function copyDataView({ buffer, byteOffset, byteLength }: DataView): DataView {
  return types.isSharedArrayBuffer(buffer)
    ? new DataView(buffer, byteOffset, byteLength)
    : new DataView(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** As a typed array is made here: of another one, or over shared memory. */
type ViewClass = new (source: Uint8Array | SharedArrayBuffer, byteOffset?: number, length?: number) => object;

const viewClasses: ReadonlyMap<object, ViewClass> = new Map(
  [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ].map((View): [object, ViewClass] => [View.prototype, View as unknown as ViewClass]),
).set(Buffer.prototype, Uint8Array);

const errorClasses: ReadonlyMap<string, ErrorConstructor> = new Map(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Kind) => [Kind.name, Kind]),
);

/** Makes a property without regard to setters and to what the name means. */
function defineOwn(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}

function describe(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" ? `an instance of ${name}` : "an instance of a class";
}

function propertyPath(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function printKey(key: unknown): string {
  if (typeof key === "string") return JSON.stringify(key);
  return isLeaf(key) ? String(key) : "...";
}
