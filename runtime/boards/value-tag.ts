/** What stands before each part of a message on its way between boards. Numbers never change their meaning. */
export const TAG = {
  null: 0,
  undefined: 1,
  false: 2,
  true: 3,
  /** A whole number from 0 (or, after `negative`, -1 downwards) that a count can hold. */
  natural: 4,
  negative: 5,
  number: 6,
  bigint: 7,
  text: 8,
  array: 9,
  /** An element that an array does not have. */
  hole: 10,
  object: 11,
  map: 12,
  set: 13,
  date: 14,
  regExp: 15,
  /** A view of bytes of its own: number of its class, bytes. */
  view: 16,
  buffer: 17,
  error: 18,
  /** One of the pids that are listed beside the message. */
  pid: 19,
  /** An object that was met before: its number in the order in which they began. */
  again: 20,
} as const;

/** Classes of views by their number on the wire. */
export const VIEWS = [
  DataView,
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
] as const;

/** Classes of errors by their number; all others are the first, with a name. */
export const ERRORS = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
] as const;

/** Deepest nesting, levels of objects: what can be sent inside a board. */
export { deepestMessage } from "../process/copy-message.ts";
