/**
 * Freezes what all code of an isolate shares, so that no process of a cell can change for others what `[].map` or
 * `{}` means.
 *
 * Frozen properties cannot be assigned on objects that inherit them either (the "override mistake"), which much
 * code does: `this.name = "X"` in an error, `Sub.prototype.toString = ...`. So those names become accessors whose
 * setter makes an own property of the object that was assigned to, as if nothing were frozen.
 *
 * Left as they are: `globalThis` itself (libraries look for and define globals there), what Node adds, and
 * `Array.prototype.constructor` (see `lock`).
 */

/** Constructors and namespaces of the language. */
const NAMES = [
  "Object",
  "Function",
  "Array",
  "String",
  "Number",
  "Boolean",
  "Symbol",
  "BigInt",
  "Date",
  "RegExp",
  "Promise",
  "Map",
  "Set",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "FinalizationRegistry",
  "ArrayBuffer",
  "SharedArrayBuffer",
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "AggregateError",
  "Proxy",
  "Reflect",
  "JSON",
  "Math",
  "Atomics",
] as const;

/** Names that code assigns on objects that inherit them. */
const ERRORS = ["constructor", "name", "message", "toString"];
const OVERRIDDEN: readonly (readonly [object, readonly string[]])[] = [
  [
    Object.prototype,
    ["constructor", "toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf"],
  ],
  [Function.prototype, ["constructor", "toString", "name", "bind", "call", "apply"]],
  ...[Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map(
    ({ prototype }) => [prototype, ERRORS] as const,
  ),
];

/** For good, in this isolate. */
export function freezeIntrinsics(): void {
  for (const [prototype, names] of OVERRIDDEN) for (const name of names) makeOverridable(prototype, name);
  for (const intrinsic of intrinsics()) {
    if (isElementsPrototype(intrinsic)) lock(intrinsic);
    else Object.freeze(intrinsic);
  }
}

/** Prototypes that V8 asks what it may assume of an element: of objects, of arrays, of typed arrays. */
function isElementsPrototype(intrinsic: object): boolean {
  const typedArrays = Object.getPrototypeOf(Uint8Array.prototype) as object;
  return (
    intrinsic === Object.prototype ||
    intrinsic === Array.prototype ||
    intrinsic === typedArrays ||
    Object.getPrototypeOf(intrinsic) === typedArrays
  );
}

/**
 * As `Object.freeze`, for the prototypes by which V8 tells what an element is. Frozen, each read and write of a hole
 * in an array costs 40 times as much (60 ns), locked like this 4 times; with frozen prototypes of typed arrays a
 * message from process to process, which touches queue and wheel, costs twice as much. To touch the constructor of
 * arrays makes each `slice` and `map` cost 1 us more, so that one stays writable.
 */
function lock(prototype: object): void {
  for (const key of Reflect.ownKeys(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!;
    if (!("value" in descriptor) || !descriptor.configurable) continue;
    if (prototype === Array.prototype && key === "constructor") continue;
    Object.defineProperty(prototype, key, { writable: false, configurable: false });
  }
  Object.preventExtensions(prototype);
}

function* intrinsics(): Generator<object> {
  for (const name of NAMES) {
    const value = (globalThis as unknown as Record<string, object & { prototype?: object }>)[name];
    if (value === undefined) continue;
    yield value;
    if (value.prototype !== undefined) yield value.prototype;
  }
  const functions = [function* () {}, async () => {}, async function* () {}];
  for (const one of functions) {
    const prototype = Object.getPrototypeOf(one) as { prototype?: object };
    yield prototype;
    if (prototype.prototype !== undefined) yield prototype.prototype;
  }
  const typedArray = Object.getPrototypeOf(Uint8Array) as { prototype: object };
  yield typedArray;
  yield typedArray.prototype;
  const iterators = [
    [].values(),
    new Map().values(),
    new Set().values(),
    "".matchAll(/./g),
    ""[Symbol.iterator](),
  ];
  for (const iterator of iterators) {
    const prototype = Object.getPrototypeOf(iterator) as object;
    yield prototype;
    yield Object.getPrototypeOf(prototype) as object;
  }
}

function makeOverridable(prototype: object, name: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  if (descriptor === undefined || !("value" in descriptor) || !descriptor.configurable) return;
  const { value, enumerable = false } = descriptor;
  Object.defineProperty(prototype, name, {
    enumerable,
    configurable: false,
    get: () => value as unknown,
    set(this: object, assigned: unknown) {
      if (this === prototype) throw new TypeError(`${name} is shared by all code of the cell and frozen`);
      Object.defineProperty(this, name, {
        value: assigned,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    },
  });
}
