/** Which shared libraries a program asks for, read from the program itself (System V ABI, ELF-64, little-endian). */

const SEGMENT = { load: 1, dynamic: 2, interpreter: 3 } as const;
const TAG = { needed: 1, strings: 5 } as const;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/**
 * File names such as `libc.so.6`, the loader among them; none for a program without any, or for a file that is no ELF-64 at all.
 */
export function elfNeeds(file: Buffer): readonly string[] {
  const is64 = file.length > 64 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2;
  if (!is64) return [];
  const segments = segmentsOf(file);
  const interpreters = segments
    .filter(({ type }) => type === SEGMENT.interpreter)
    .map(({ offset }) => textAt(file, offset).replace(/^.*\//, ""));
  const dynamic = segments.find(({ type }) => type === SEGMENT.dynamic);
  if (dynamic === undefined) return interpreters;
  const entries = Array.from({ length: Math.floor(dynamic.size / 16) }, (_, index) => {
    const at = dynamic.offset + 16 * index;
    return { tag: Number(file.readBigUInt64LE(at)), value: Number(file.readBigUInt64LE(at + 8)) };
  });
  const strings = entries.find(({ tag }) => tag === TAG.strings)?.value ?? 0;
  const base = offsetOf(strings, segments);
  const needed = entries
    .filter(({ tag }) => tag === TAG.needed)
    .map(({ value }) => textAt(file, base + value));
  return [...interpreters, ...needed];
}

function segmentsOf(file: Buffer): readonly Segment[] {
  const first = Number(file.readBigUInt64LE(32));
  const [bytes, count] = [file.readUInt16LE(54), file.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => {
    const at = first + bytes * index;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

/** Where in the file lies what will be at an address. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const within = segments.find(
    (segment) =>
      segment.type === SEGMENT.load && address >= segment.address && address < segment.address + segment.size,
  );
  return within === undefined ? address : address - within.address + within.offset;
}

function textAt(file: Buffer, at: number): string {
  return file.toString("latin1", at, file.indexOf(0, at));
}
