/**
 * Headers of tar's entries (POSIX.1-1988, ustar): a regular file of no owner and no time. There is one way to write an
 * entry here, so a reader that knows what to expect compares bytes and parses nothing.
 */

/** Of headers, and what entries are padded to, bytes. */
export const BLOCK = 512;
/** An archive ends with two blocks of zeros. */
export const END = Buffer.alloc(2 * BLOCK);

const MOST_NAME = 100;
const MOST_PREFIX = 155;
/** The size field has eleven octal digits. */
const MOST_SIZE = 8 ** 11 - 1;

export interface TarEntry {
  /** Folders with slashes; at most 255 bytes, and it must be possible to part it at a slash within 155 and 100. */
  readonly path: string;
  readonly size: number;
  /** Default 0644. */
  readonly mode?: number;
}

/** The header of an entry. Throws RangeError for a path or a size that does not fit. */
export function tarHeader({ path, size, mode = 0o644 }: TarEntry): Buffer {
  const { prefix, name } = parted(path);
  if (!Number.isInteger(size) || size < 0 || size > MOST_SIZE)
    throw new RangeError(`${path}: ${size} bytes; a tar entry has at most ${MOST_SIZE}`);
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, "0"), at, "latin1");
  header.write(name, 0, "utf8");
  octal(mode, 100, 7);
  octal(0, 108, 7); // user
  octal(0, 116, 7); // group
  octal(size, 124, 11);
  octal(0, 136, 11); // time
  header.write("        ", 148, "latin1"); // the checksum counts itself as spaces
  header.write("0", 156, "latin1"); // a regular file
  header.write("ustar\x0000", 257, "latin1");
  header.write(prefix, 345, "utf8");
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  header[154] = 0;
  return header;
}

/** The path and size that a header of mode 0644 says; undefined for any other block. */
export function readTarHeader(header: Uint8Array): TarEntry | undefined {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const text = (from: number, to: number) => bytes.toString("utf8", from, to).replace(/\0.*$/s, "");
  const [name, prefix, digits] = [text(0, 100), text(345, 500), bytes.toString("latin1", 124, 135)];
  if (name === "" || !/^[0-7]{11}$/.test(digits)) return undefined;
  const entry = { path: prefix === "" ? name : `${prefix}/${name}`, size: Number.parseInt(digits, 8) };
  try {
    return tarHeader(entry).equals(bytes) ? entry : undefined;
  } catch {
    return undefined; // no path that this writer would have written
  }
}

/** Zeros after an entry's content of that size, bytes. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function parted(path: string): { readonly prefix: string; readonly name: string } {
  const length = Buffer.byteLength(path);
  if (length > 0 && length <= MOST_NAME) return { prefix: "", name: path };
  // The first slash behind which the rest fits.
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) > MOST_NAME || prefix === "" || name === "") continue;
    if (Buffer.byteLength(prefix) <= MOST_PREFIX) return { prefix, name };
  }
  throw new RangeError(
    `"${path}" does not fit into a tar header: at most 100 bytes behind a slash, 155 before it`,
  );
}
