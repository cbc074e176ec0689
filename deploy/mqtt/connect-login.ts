/**
 * Puts a login into the CONNECT of somebody who has none: the page behind a board's port reaches the board's broker as
 * the board does, and no password reaches the browser.
 *
 * User name and password are the last fields of the payload ([MQTT-3.1.3-1] of 3.1.1, 3.1.3 of 5), so they are appended;
 * two bits of the flags and the remaining length change, and nothing else does. Everything after CONNECT passes as it is.
 */
import { Transform, type TransformCallback } from "node:stream";

export interface Login {
  readonly user: string;
  readonly password: string;
}

const CONNECT = 1;
const USER_FLAG = 0x80;
const PASSWORD_FLAG = 0x40;
/** A client id, a will and some properties; a browser's is 40 bytes. */
const MOST_CONNECT_BYTES = 64 * 1024;

/** Bytes of a client in, bytes for the broker out. What is no CONNECT of at most 64 KiB ends the stream with an Error. */
export class ConnectLogin extends Transform {
  readonly #login: Login;
  #held: Buffer | undefined = Buffer.alloc(0);

  constructor(login: Login) {
    super();
    this.#login = login;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    let out: Buffer | undefined;
    try {
      out = this.#take(chunk);
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, out);
  }

  /** What may go on: nothing before CONNECT is whole, then that, then everything. */
  #take(chunk: Buffer): Buffer | undefined {
    if (this.#held === undefined) return chunk;
    const held = Buffer.concat([this.#held, chunk]);
    this.#held = held;
    const whole = connectLength(held);
    if (whole === undefined || held.length < whole) return undefined;
    this.#held = undefined;
    return Buffer.concat([withLogin(held.subarray(0, whole), this.#login), held.subarray(whole)]);
  }
}

/** A whole CONNECT with the login in it; one that has a login of its own stays as it is. Throws RangeError for what is none. */
export function withLogin(packet: Buffer, { user, password }: Login): Buffer {
  const { value: remaining, bytes } = remainingLength(packet)!;
  const body = packet.subarray(1 + bytes);
  // Protocol name with its length, version, flags (3.1.2).
  const flagsAt = body.length < 2 ? 0 : 2 + body.readUInt16BE(0) + 1;
  const flags = body[flagsAt];
  if (flagsAt === 0 || flags === undefined) throw new RangeError("a CONNECT that is cut short");
  if ((flags & (USER_FLAG | PASSWORD_FLAG)) !== 0) return packet;
  const login = Buffer.concat([field(user), field(password)]);
  const changed = Buffer.from(body);
  changed[flagsAt] = flags | USER_FLAG | PASSWORD_FLAG;
  return Buffer.concat([packet.subarray(0, 1), lengthBytes(remaining + login.length), changed, login]);
}

/** Bytes of the CONNECT at the beginning; undefined until that is known. Throws RangeError when it is none. */
function connectLength(held: Buffer): number | undefined {
  if (held.length > 0 && held[0]! >> 4 !== CONNECT) throw new RangeError("the first packet is no CONNECT");
  const length = remainingLength(held);
  if (length === undefined) return undefined;
  const whole = 1 + length.bytes + length.value;
  if (whole > MOST_CONNECT_BYTES) throw new RangeError(`a CONNECT of ${whole} bytes`);
  return whole;
}

/** 2.2.3 of 3.1.1: seven bits a byte, the least first, at most four bytes. */
function remainingLength(packet: Buffer): { readonly value: number; readonly bytes: number } | undefined {
  let value = 0;
  for (let bytes = 1; bytes <= 4; bytes++) {
    const byte = packet[bytes];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 128 ** (bytes - 1);
    if (byte < 0x80) return { value, bytes };
  }
  throw new RangeError("a remaining length of more than four bytes");
}

function lengthBytes(length: number): Buffer {
  const bytes: number[] = [];
  do {
    const rest = Math.floor(length / 128);
    bytes.push((length % 128) | (rest > 0 ? 0x80 : 0));
    length = rest;
  } while (length > 0);
  return Buffer.from(bytes);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
