import { addressOf, ioctlLater, POINTER_BYTES } from "./system-calls.ts";

/** I2C_RDWR of linux/i2c-dev.h: several messages in one transfer, with a repeated start between them. */
const I2C_RDWR = 0x0707;
const READ = 1;
/** struct i2c_msg: address, flags and length of 16 bits, then a pointer at its own alignment. */
const MESSAGE_BYTES = 8 + POINTER_BYTES;

/**
 * Write, repeated start, read: the transfer that i2c-bus lacks. One instance a bus, one transfer at a time; its
 * buffers are kept, so that nothing is allocated and nothing moves while the kernel works on them.
 */
export class CombinedTransfer {
  readonly #write: Buffer;
  readonly #read: Buffer;
  readonly #messages = Buffer.alloc(2 * MESSAGE_BYTES);
  readonly #request = Buffer.alloc(2 * POINTER_BYTES);

  /** `write` and `read` are where the bytes are taken from and put to. */
  constructor(write: Buffer, read: Buffer) {
    this.#write = write;
    this.#read = read;
    pointer(this.#request, 0, this.#messages);
    this.#request.writeUInt32LE(2, POINTER_BYTES);
  }

  /** `done` gets 0 or a positive error number. */
  start(
    fd: number,
    address: number,
    writeLength: number,
    readLength: number,
    done: (errno: number) => void,
  ): void {
    this.#message(0, address, 0, writeLength, this.#write);
    this.#message(1, address, READ, readLength, this.#read);
    ioctlLater(fd, I2C_RDWR, this.#request, done);
  }

  #message(index: number, address: number, flags: number, length: number, bytes: Buffer): void {
    const at = index * MESSAGE_BYTES;
    this.#messages.writeUInt16LE(address, at);
    this.#messages.writeUInt16LE(flags, at + 2);
    this.#messages.writeUInt16LE(length, at + 4);
    pointer(this.#messages, at + 8, bytes);
  }
}

function pointer(into: Buffer, at: number, to: Buffer): void {
  if (POINTER_BYTES === 8) into.writeBigUInt64LE(addressOf(to), at);
  else into.writeUInt32LE(Number(addressOf(to)), at);
}
