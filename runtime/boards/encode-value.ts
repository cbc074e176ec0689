/**
 * A packed message as bytes: all that can be sent between cells, except memory that is shared. Structured cloning has
 * no bytes of its own that another version of Node, or somebody who means harm, could be trusted with (v8.deserialize
 * allocates what a few bytes ask for); the decoder is in `decode-value.ts`.
 */
import { types } from "node:util";
import type { PackedBody } from "../process/signal.ts";
import { UncopyableError } from "../process/uncopyable-error.ts";
import type { ByteWriter } from "./bytes.ts";
import { ERRORS, TAG, VIEWS } from "./value-tag.ts";

/**
 * Writes the body, without the pids. Throws `FrameError` when it is larger than the writer takes, `UncopyableError` for
 * shared memory.
 */
export function encodeValue(writer: ByteWriter, { body, placeholders, named = [] }: PackedBody): void {
  const pids =
    placeholders.length === 0 ? undefined : new Map(placeholders.map((one, index) => [one, index]));
  const names = named.length === 0 ? undefined : new Map(named.map(({ error, name }) => [error, name]));
  new Encoder(writer, pids, names).value(body);
}

/** Objects of a message that are looked for one by one. */
const LISTED = 12;

class Encoder {
  readonly #out: ByteWriter;
  readonly #pids: ReadonlyMap<object, number> | undefined;
  readonly #names: ReadonlyMap<Error, string> | undefined;
  /** In the order in which they began, until there are `LISTED`. */
  readonly #met: object[] = [];
  #numbers: Map<object, number> | undefined;

  constructor(
    out: ByteWriter,
    pids: ReadonlyMap<object, number> | undefined,
    names: ReadonlyMap<Error, string> | undefined,
  ) {
    this.#out = out;
    this.#pids = pids;
    this.#names = names;
  }

  value(value: unknown): void {
    const out = this.#out;
    switch (typeof value) {
      case "undefined":
        out.u8(TAG.undefined);
        break;
      case "boolean":
        out.u8(value ? TAG.true : TAG.false);
        break;
      case "number":
        this.#number(value);
        break;
      case "bigint":
        out.u8(TAG.bigint).u8(value < 0n ? 1 : 0);
        out.text((value < 0n ? -value : value).toString(16));
        break;
      case "string":
        out.u8(TAG.text).text(value);
        break;
      default:
        if (value === null) out.u8(TAG.null);
        else this.#object(value as object);
    }
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#out.u8(TAG.number).f64(value);
    else if (value >= 0) this.#out.u8(TAG.natural).count(value);
    else this.#out.u8(TAG.negative).count(-1 - value);
  }

  #object(value: object): void {
    const out = this.#out;
    const pid = this.#pids?.get(value);
    if (pid !== undefined) {
      out.u8(TAG.pid).count(pid);
      return;
    }
    const met = this.#numberOf(value);
    if (met !== undefined) {
      out.u8(TAG.again).count(met);
      return;
    }
    if (Array.isArray(value)) this.#array(value);
    else if (types.isMap(value)) {
      out.u8(TAG.map).count(value.size);
      for (const [key, item] of value) {
        this.value(key);
        this.value(item);
      }
    } else if (types.isSet(value)) {
      out.u8(TAG.set).count(value.size);
      for (const item of value) this.value(item);
    } else if (types.isDate(value)) out.u8(TAG.date).f64(value.getTime());
    else if (types.isRegExp(value)) out.u8(TAG.regExp).text(value.source).text(value.flags);
    else if (ArrayBuffer.isView(value)) this.#view(value);
    else if (types.isArrayBuffer(value)) out.u8(TAG.buffer).bytes(new Uint8Array(value));
    else if (types.isSharedArrayBuffer(value)) throw shared();
    else if (types.isNativeError(value)) this.#error(value);
    else this.#plain(value as Record<string, unknown>);
  }

  /** Of an object that was met before; one that was not is from now on. A list that is short costs less than a map. */
  #numberOf(value: object): number | undefined {
    const met = this.#met;
    if (this.#numbers !== undefined) {
      const number = this.#numbers.get(value);
      if (number === undefined) this.#numbers.set(value, this.#numbers.size);
      return number;
    }
    for (let number = 0; number < met.length; number++) if (met[number] === value) return number;
    met.push(value);
    if (met.length === LISTED) this.#numbers = new Map(met.map((one, number) => [one, number]));
    return undefined;
  }

  #array(value: readonly unknown[]): void {
    this.#out.u8(TAG.array).count(value.length);
    for (let index = 0; index < value.length; index++) {
      if (Object.hasOwn(value, index)) this.value(value[index]);
      else this.#out.u8(TAG.hole);
    }
  }

  #plain(value: Record<string, unknown>): void {
    const keys = Object.keys(value);
    this.#out.u8(TAG.object).count(keys.length);
    for (const key of keys) {
      this.#out.text(key);
      this.value(value[key]);
    }
  }

  #view(view: ArrayBufferView): void {
    if (types.isSharedArrayBuffer(view.buffer)) throw shared();
    const kind = VIEWS.findIndex((View) => view instanceof View);
    this.#out
      .u8(TAG.view)
      .u8(kind)
      .bytes(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }

  #error(error: Error): void {
    const kind = Math.max(
      0,
      ERRORS.findIndex((Kind) => Object.getPrototypeOf(error) === Kind.prototype),
    );
    const name = this.#names?.get(error);
    const hasCause = Object.hasOwn(error, "cause");
    const has = (name === undefined ? 0 : 1) | (hasCause ? 2 : 0);
    this.#out
      .u8(TAG.error)
      .u8(kind)
      .u8(has)
      .text(error.message)
      .text(error.stack ?? "");
    if (name !== undefined) this.#out.text(name);
    if (hasCause) this.value(error.cause);
  }
}

function shared(): UncopyableError {
  return new UncopyableError("message", "shared memory, which another board does not have,");
}
