/**
 * A device tree as a file: what the firmware hands to the kernel (Devicetree Specification 0.4, chapter 5, version 17). Read,
 * changed by whoever made it into nodes, and written again; the order of nodes and properties stays.
 */

const MAGIC = 0xd00d_feed;
const HEADER_BYTES = 40;
const VERSION = { this: 17, compatibleBackTo: 16 } as const;
const TOKEN = { beginNode: 1, endNode: 2, property: 3, nothing: 4, end: 9 } as const;

export interface BlobNode {
  /** `i2c@7e804000`; the root's is empty. */
  readonly name: string;
  readonly properties: Map<string, Buffer>;
  readonly children: BlobNode[];
}

export interface TreeBlob {
  readonly root: BlobNode;
  /** Memory that the kernel must leave alone, as it stands in the file (5.3). */
  readonly reserved: Buffer;
  readonly bootCpu: number;
}

/** Reads a file. Throws RangeError for one that is no device tree of version 17, or one that is cut short. */
export function decodeTree(bytes: Buffer): TreeBlob {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32BE(0) !== MAGIC)
    throw new RangeError("this is no device tree: its first bytes are not d00dfeed");
  const [size, structure, strings, reserved, version] = cells(bytes, 4, 5);
  if (size! > bytes.length || version! < VERSION.this) {
    throw new RangeError(`a device tree of version ${version} with ${size} of ${bytes.length} bytes`);
  }
  const text = (offset: number) =>
    bytes.toString("utf8", strings! + offset, bytes.indexOf(0, strings! + offset));
  let at = structure!;
  const next = () => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const node = (): BlobNode => {
    const end = bytes.indexOf(0, at);
    const name = bytes.toString("utf8", at, end);
    at = aligned(end + 1);
    const found: BlobNode = { name, properties: new Map(), children: [] };
    for (;;) {
      const token = next();
      if (token === TOKEN.endNode) return found;
      if (token === TOKEN.beginNode) found.children.push(node());
      else if (token === TOKEN.property) {
        const [length, nameAt] = [next(), next()];
        found.properties.set(text(nameAt), Buffer.from(bytes.subarray(at, at + length)));
        at = aligned(at + length);
      } else if (token !== TOKEN.nothing) {
        throw new RangeError(`a device tree with the token ${token} at ${at - 4}`);
      }
    }
  };
  if (next() !== TOKEN.beginNode) throw new RangeError("a device tree without a root");
  const root = node();
  return { root, reserved: reservations(bytes, reserved!), bootCpu: bytes.readUInt32BE(28) };
}

/** The file again. */
export function encodeTree({ root, reserved, bootCpu }: TreeBlob): Buffer {
  const names = new Map<string, number>();
  let namesLength = 0;
  const nameAt = (name: string): number => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const at = namesLength;
    names.set(name, at);
    namesLength += Buffer.byteLength(name) + 1;
    return at;
  };
  const parts: Buffer[] = [];
  const write = ({ name, properties, children }: BlobNode) => {
    parts.push(cellBytes(TOKEN.beginNode), padded(Buffer.from(`${name}\0`)));
    for (const [key, value] of properties)
      parts.push(cellBytes(TOKEN.property, value.length, nameAt(key)), padded(value));
    for (const child of children) write(child);
    parts.push(cellBytes(TOKEN.endNode));
  };
  write(root);
  const structure = Buffer.concat([...parts, cellBytes(TOKEN.end)]);
  const strings = Buffer.from([...names.keys()].map((name) => `${name}\0`).join(""));
  const structureAt = HEADER_BYTES + reserved.length;
  const stringsAt = structureAt + structure.length;
  const size = stringsAt + strings.length;
  const header = cellBytes(
    ...[MAGIC, size, structureAt, stringsAt, HEADER_BYTES, VERSION.this, VERSION.compatibleBackTo],
    ...[bootCpu, strings.length, structure.length],
  );
  return Buffer.concat([header, reserved, structure, strings]);
}

/** The node at a path such as `/soc/i2c@7e804000`; undefined: there is none. */
export function nodeAt(root: BlobNode, path: string): BlobNode | undefined {
  return path
    .split("/")
    .filter((name) => name !== "")
    .reduce<BlobNode | undefined>((node, name) => node?.children.find((child) => child.name === name), root);
}

/** Numbers as a property has them: 32 bits each, big-endian (2.2.4). */
export function cellBytes(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

/** Texts as a property has them: each ends with a zero byte (2.2.4). */
export function textBytes(...texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(""));
}

/** The numbers of a property; none when there is no such property. */
export function cellsOf(node: BlobNode, property: string): number[] {
  const bytes = node.properties.get(property) ?? Buffer.alloc(0);
  return cells(bytes, 0, bytes.length >> 2);
}

function cells(bytes: Buffer, from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => bytes.readUInt32BE(from + 4 * index));
}

/** Pairs of address and size, 64 bits each, up to one of zeros (5.3.2). */
function reservations(bytes: Buffer, from: number): Buffer {
  let end = from;
  while (bytes.readBigUInt64BE(end + 8) !== 0n) end += 16;
  return Buffer.from(bytes.subarray(from, end + 16));
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

function aligned(offset: number): number {
  return (offset + 3) & ~3;
}
