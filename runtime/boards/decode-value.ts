/**
 * Bytes from another board as a packed message. Never trusts them: throws `FrameError` for whatever `encodeValue` does not
 * write, and allocates no more than some fifty times their length, whatever lengths they claim.
 */
import type { WirePid } from "../process/pid.ts";
import type { NamedError, PackedBody } from "../process/signal.ts";
import type { ByteReader } from "./bytes.ts";
import { FrameError } from "./frame-error.ts";
import { deepestMessage, ERRORS, TAG, VIEWS } from "./value-tag.ts";

/** Reads one body; `pids` are those that came beside it. */
export function decodeValue(reader: ByteReader, pids: readonly WirePid[]): PackedBody {
  const decoder = new Decoder(reader, pids.length);
  const body = decoder.value(1);
  const { placeholders, named } = decoder;
  const packed = { body, placeholders, pids };
  return named.length === 0 ? packed : { ...packed, named };
}

/** Longest regular expression and bigint, in characters: their readers take longer than their length. */
const LONGEST_PATTERN = 4096;
const LONGEST_BIGINT = 16_384;

class Decoder {
  readonly placeholders: object[] = [];
  readonly named: NamedError[] = [];
  readonly #in: ByteReader;
  readonly #met: object[] = [];

  constructor(reader: ByteReader, pids: number) {
    this.#in = reader;
    for (let pid = 0; pid < pids; pid++) this.placeholders.push({});
  }

  value(depth: number): unknown {
    return this.#tagged(this.#in.u8(), depth);
  }

  #tagged(tag: number, depth: number): unknown {
    if (depth > deepestMessage + 1) throw new FrameError(`more than ${deepestMessage} levels deep`);
    const reader = this.#in;
    switch (tag) {
      case TAG.null:
        return null;
      case TAG.undefined:
        return undefined;
      case TAG.false:
        return false;
      case TAG.true:
        return true;
      case TAG.natural:
        return reader.count();
      case TAG.negative:
        return -1 - reader.count();
      case TAG.number:
        return reader.f64();
      case TAG.bigint:
        return this.#bigint();
      case TAG.text:
        return reader.text();
      case TAG.pid:
        return known(this.placeholders, reader.count(), "pid");
      case TAG.again:
        return known(this.#met, reader.count(), "object");
      default:
        return this.#object(tag, depth);
    }
  }

  #object(tag: number, depth: number): object {
    const reader = this.#in;
    switch (tag) {
      case TAG.array:
        return this.#array(depth);
      case TAG.object:
        return this.#plain(depth);
      case TAG.map: {
        const map = this.#begin(new Map<unknown, unknown>());
        for (let left = reader.countOf(2); left > 0; left--) {
          const key = this.value(depth + 1);
          map.set(key, this.value(depth + 1));
        }
        return map;
      }
      case TAG.set: {
        const set = this.#begin(new Set<unknown>());
        for (let left = reader.countOf(1); left > 0; left--) set.add(this.value(depth + 1));
        return set;
      }
      case TAG.date:
        return this.#begin(new Date(reader.f64()));
      case TAG.regExp:
        return this.#begin(this.#regExp());
      case TAG.view:
        return this.#begin(this.#view());
      case TAG.buffer:
        return this.#begin(reader.bytes().slice().buffer);
      case TAG.error:
        return this.#error(depth);
      default:
        throw new FrameError(`no part begins with ${tag}`);
    }
  }

  #begin<T extends object>(value: T): T {
    this.#met.push(value);
    return value;
  }

  #array(depth: number): unknown[] {
    const array = this.#begin<unknown[]>([]);
    const length = this.#in.countOf(1);
    // It grows with what was read: arrays that lie in one another may each claim all that is left.
    for (let index = 0; index < length; index++) {
      const tag = this.#in.u8();
      if (tag !== TAG.hole) array[index] = this.#tagged(tag, depth + 1);
    }
    array.length = length;
    return array;
  }

  #plain(depth: number): object {
    const record = this.#begin<Record<string, unknown>>({});
    for (let left = this.#in.countOf(2); left > 0; left--) {
      const key = this.#in.text();
      const value = this.value(depth + 1);
      if (key === "__proto__") define(record, key, value, true);
      else record[key] = value;
    }
    return record;
  }

  #bigint(): bigint {
    const sign = this.#in.u8();
    const digits = this.#in.text();
    if (sign > 1 || digits.length > LONGEST_BIGINT || !/^[0-9a-f]+$/.test(digits))
      throw new FrameError("no bigint");
    const value = BigInt(`0x${digits}`);
    return sign === 1 ? -value : value;
  }

  #regExp(): RegExp {
    const [source, flags] = [this.#in.text(), this.#in.text()];
    if (source.length > LONGEST_PATTERN) throw new FrameError("a regular expression that is too long");
    try {
      return new RegExp(source, flags);
    } catch {
      throw new FrameError("no regular expression");
    }
  }

  #view(): ArrayBufferView {
    const View = VIEWS[this.#in.u8()] as (new (buffer: ArrayBuffer) => ArrayBufferView) | undefined;
    const { buffer } = this.#in.bytes().slice();
    try {
      return new View!(buffer);
    } catch {
      throw new FrameError("no such view of bytes");
    }
  }

  #error(depth: number): Error {
    const reader = this.#in;
    const Kind = ERRORS[reader.u8()];
    const has = reader.u8();
    if (Kind === undefined || has > 3) throw new FrameError("no such error");
    const error = this.#begin(new Kind());
    define(error, "message", reader.text(), false);
    define(error, "stack", reader.text(), false);
    if ((has & 1) !== 0) this.named.push({ error, name: reader.text() });
    if ((has & 2) !== 0) define(error, "cause", this.value(depth + 1), false);
    return error;
  }
}

function known(of: readonly object[], index: number, what: string): object {
  const found = of[index];
  if (found === undefined) throw new FrameError(`no ${what} ${index}`);
  return found;
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}
