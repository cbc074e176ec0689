/**
 * The GPIO character device's structures, version 2 (include/uapi/linux/gpio.h, Linux 5.10 and newer), packed and
 * unpacked without any call. The layout is the same on 32- and 64-bit machines; all of them are little-endian here.
 */

/** _IOR / _IOWR(0xB4, number, structure): direction in bits 30-31, size in 16-29. */
export const GPIO_IOCTL = {
  chipInfo: 0x8044b401,
  lineInfo: 0xc100b405,
  requestLines: 0xc250b407,
  setConfig: 0xc110b40d,
  getValues: 0xc010b40e,
  setValues: 0xc010b40f,
} as const;

export const CHIP_INFO_BYTES = 68;
export const LINE_INFO_BYTES = 256;
export const REQUEST_BYTES = 592;
export const CONFIG_BYTES = 272;
export const VALUES_BYTES = 16;
export const EVENT_BYTES = 48;
/** Lines in one request. */
export const MAX_LINES = 64;

const FLAG = {
  used: 1,
  activeLow: 1 << 1,
  input: 1 << 2,
  output: 1 << 3,
  rising: 1 << 4,
  falling: 1 << 5,
  openDrain: 1 << 6,
  openSource: 1 << 7,
  pullUp: 1 << 8,
  pullDown: 1 << 9,
  noBias: 1 << 10,
} as const;
const ATTRIBUTE = { outputValues: 2, debounce: 3 } as const;
const RISING_EVENT = 1;

export interface ChipInfo {
  /** `gpiochip0`: a number that moves between kernels. */
  readonly name: string;
  /** `pinctrl-bcm2711`: what it is. */
  readonly label: string;
  readonly lines: number;
}

export interface LineInfo {
  /** The chip's own name of the line; often empty. */
  readonly name: string;
  /** Who has it; empty when nobody. */
  readonly consumer: string;
  readonly used: boolean;
  readonly direction: "input" | "output";
}

/** How the lines of a request are to be; `as-is` changes nothing and lets their levels be read. */
export interface LineConfig {
  readonly direction: "as-is" | "input" | "output";
  /** Electrical levels of an output, one for each line of the request. */
  readonly levels?: readonly number[];
  readonly bias?: "pull-up" | "pull-down" | "none";
  /** Push-pull when absent. */
  readonly drive?: "open-drain" | "open-source";
  /** Electrical; none when absent. */
  readonly edges?: "rising" | "falling" | "both";
  /** Filtered in the kernel (in software where the chip cannot), us; inputs only. */
  readonly debounceUs?: number;
}

/** One edge. A record may be used again for the next one: edges are many. */
export interface LineEvent {
  level: 0 | 1;
  /** CLOCK_MONOTONIC, us. */
  atUs: number;
  offset: number;
  /** Counts the events of the request from 1; a gap is a lost edge. */
  sequence: number;
}

export function decodeChipInfo(bytes: Buffer): ChipInfo {
  return { name: text(bytes, 0), label: text(bytes, 32), lines: bytes.readUInt32LE(64) };
}

export function encodeLineInfoQuery(offset: number): Buffer {
  const bytes = Buffer.alloc(LINE_INFO_BYTES);
  bytes.writeUInt32LE(offset, 64);
  return bytes;
}

export function decodeLineInfo(bytes: Buffer): LineInfo {
  const flags = bytes.readUInt32LE(72);
  return {
    name: text(bytes, 0),
    consumer: text(bytes, 32),
    used: (flags & FLAG.used) !== 0,
    direction: (flags & FLAG.output) !== 0 ? "output" : "input",
  };
}

/** `eventBuffer`: events that the kernel keeps unread; 0 is its default, 16 a line. */
export function encodeRequest(
  offsets: readonly number[],
  consumer: string,
  config: LineConfig,
  eventBuffer = 0,
): Buffer {
  if (offsets.length < 1 || offsets.length > MAX_LINES) {
    throw new RangeError(`${offsets.length} lines in a request of 1 to ${MAX_LINES}`);
  }
  const bytes = Buffer.alloc(REQUEST_BYTES);
  for (const [index, offset] of offsets.entries()) bytes.writeUInt32LE(offset, 4 * index);
  bytes.write(consumer.slice(0, 31), 256, "latin1");
  encodeConfig(offsets.length, config).copy(bytes, 288);
  bytes.writeUInt32LE(offsets.length, 560);
  bytes.writeUInt32LE(eventBuffer, 564);
  return bytes;
}

/** The descriptor that the kernel put into a request. */
export function decodeRequestFd(bytes: Buffer): number {
  return bytes.readInt32LE(588);
}

export function encodeConfig(lines: number, config: LineConfig): Buffer {
  const bytes = Buffer.alloc(CONFIG_BYTES);
  bytes.writeUInt32LE(configFlags(config), 0);
  let attributes = 0;
  const attribute = (id: number, write: (at: number) => void) => {
    const at = 32 + 24 * attributes++;
    bytes.writeUInt32LE(id, at);
    write(at + 8);
    bytes.writeBigUInt64LE((1n << BigInt(lines)) - 1n, at + 16);
  };
  const { direction, levels, debounceUs } = config;
  if (direction === "output") {
    if (levels?.length !== lines) throw new RangeError(`${levels?.length ?? 0} levels for ${lines} lines`);
    attribute(ATTRIBUTE.outputValues, (at) => bytes.writeBigUInt64LE(levelBits(levels), at));
  }
  if (direction === "input" && debounceUs !== undefined && debounceUs > 0) {
    attribute(ATTRIBUTE.debounce, (at) => bytes.writeUInt32LE(debounceUs, at));
  }
  bytes.writeUInt32LE(attributes, 8);
  return bytes;
}

/** Line 0 of the request is bit 0. */
export function levelBits(levels: readonly number[]): bigint {
  return levels.reduce((bits, level, index) => (level > 0 ? bits | (1n << BigInt(index)) : bits), 0n);
}

/** Fills `event` and returns it. */
export function decodeEvent(bytes: Buffer, at: number, event: LineEvent): LineEvent {
  // Nanoseconds as a double: exact for 104 days of uptime, within 2 ns for a year.
  event.atUs = (bytes.readUInt32LE(at + 4) * 2 ** 32 + bytes.readUInt32LE(at)) / 1000;
  event.level = bytes.readUInt32LE(at + 8) === RISING_EVENT ? 1 : 0;
  event.offset = bytes.readUInt32LE(at + 12);
  event.sequence = bytes.readUInt32LE(at + 16);
  return event;
}

function configFlags({ direction, bias, drive, edges }: LineConfig): number {
  let flags = 0;
  if (direction === "input") flags |= FLAG.input;
  if (edges === "rising" || edges === "both") flags |= FLAG.rising;
  if (edges === "falling" || edges === "both") flags |= FLAG.falling;
  if (direction === "output") flags |= FLAG.output;
  if (bias === "pull-up") flags |= FLAG.pullUp;
  if (bias === "pull-down") flags |= FLAG.pullDown;
  if (bias === "none") flags |= FLAG.noBias;
  if (drive === "open-drain") flags |= FLAG.openDrain;
  if (drive === "open-source") flags |= FLAG.openSource;
  return flags;
}

function text(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString("latin1", at, end < 0 ? at + 32 : Math.min(end, at + 32));
}
