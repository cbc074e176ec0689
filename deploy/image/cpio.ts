/** What goes into an archive: a folder, a file with its content, or a device node. */
export interface CpioEntry {
  /** Relative, without a leading slash; folders come before what is in them. */
  readonly path: string;
  /** File type and permissions as in `stat`: 0o100755, 0o040755. */
  readonly mode: number;
  readonly content?: Uint8Array;
  /** Major and minor number of a device node. */
  readonly device?: readonly [number, number];
}

const TRAILER: CpioEntry = { path: "TRAILER!!!", mode: 0 };

/**
 * An archive in the "newc" format that the kernel unpacks as its first root file system
 * (Documentation/driver-api/early-userspace/buffer-format.rst). Owner root, time 0: the same entries give
 * the same bytes.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  return Buffer.concat([...entries, TRAILER].flatMap((entry, index) => record(entry, index + 1)));
}

function record({ path, mode, content, device = [0, 0] }: CpioEntry, inode: number): Buffer[] {
  const name = Buffer.from(`${path}\0`);
  const size = content?.length ?? 0;
  const [major, minor] = device;
  const fields = [inode, mode, 0, 0, 1, 0, size, 0, 0, major, minor, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return [padded(Buffer.concat([header, name])), padded(Buffer.from(content ?? []))];
}

/** Header and content each end on a multiple of four. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
