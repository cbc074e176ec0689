import { closeSync, readSync } from "node:fs";
import {
  decodeEvent,
  EVENT_BYTES,
  encodeConfig,
  GPIO_IOCTL,
  type LineConfig,
  type LineEvent,
  levelBits,
  VALUES_BYTES,
} from "./gpio-uapi.ts";
import { ioctl } from "./system-calls.ts";

/** Events taken from the kernel in one read. */
const EVENTS_AT_ONCE = 64;

/**
 * Lines that were requested together: read and written together, at one moment. Levels are electrical. Its
 * descriptor closes on exec; closing it frees the lines. Every method throws `SystemCallError`.
 */
export class LineRequest {
  readonly fd: number;
  readonly offsets: readonly number[];
  readonly #values = Buffer.alloc(VALUES_BYTES);
  readonly #events = Buffer.alloc(EVENTS_AT_ONCE * EVENT_BYTES);
  readonly #event: LineEvent = { level: 0, atUs: 0, offset: 0, sequence: 0 };

  constructor(fd: number, offsets: readonly number[]) {
    this.fd = fd;
    this.offsets = offsets;
  }

  /** Level of one line, by its place in the request. */
  level(index: number): 0 | 1 {
    this.#only(index);
    ioctl(this.fd, GPIO_IOCTL.getValues, this.#values, "read of a GPIO line");
    return (this.#values.readUInt32LE(index < 32 ? 0 : 4) >>> (index & 31)) & 1 ? 1 : 0;
  }

  /** Drives one line. */
  drive(index: number, level: number): void {
    this.#only(index);
    this.#values.writeUInt32LE(level > 0 ? (1 << (index & 31)) >>> 0 : 0, index < 32 ? 0 : 4);
    ioctl(this.fd, GPIO_IOCTL.setValues, this.#values, "write of a GPIO line");
  }

  /** Levels of all lines at one moment. */
  levels(): number[] {
    this.#values.fill(0);
    this.#values.writeBigUInt64LE(this.#all(), 8);
    ioctl(this.fd, GPIO_IOCTL.getValues, this.#values, "read of GPIO lines");
    const bits = this.#values.readBigUInt64LE(0);
    return this.offsets.map((_, index) => Number((bits >> BigInt(index)) & 1n));
  }

  /** Drives all lines at one moment. */
  driveAll(levels: readonly number[]): void {
    this.#values.writeBigUInt64LE(levelBits(levels), 0);
    this.#values.writeBigUInt64LE(this.#all(), 8);
    ioctl(this.fd, GPIO_IOCTL.setValues, this.#values, "write of GPIO lines");
  }

  /** Changes direction, bias or drive; an output comes up at its levels, without a glitch. */
  configure(config: LineConfig): void {
    ioctl(this.fd, GPIO_IOCTL.setConfig, encodeConfig(this.offsets.length, config), "set-up of GPIO lines");
  }

  /**
   * Takes waiting events; waits for the first one, so only call it when poll(2) said that one is there. An event is
   * borrowed for the call.
   */
  readEvents(onEvent: (event: LineEvent) => void): void {
    const length = readSync(this.fd, this.#events, 0, this.#events.length, null);
    for (let at = 0; at + EVENT_BYTES <= length; at += EVENT_BYTES) {
      onEvent(decodeEvent(this.#events, at, this.#event));
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  #all(): bigint {
    return (1n << BigInt(this.offsets.length)) - 1n;
  }

  #only(index: number): void {
    this.#values.fill(0);
    this.#values.writeUInt32LE((1 << (index & 31)) >>> 0, index < 32 ? 8 : 12);
  }
}
