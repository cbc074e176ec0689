/** Files that hold secrets: read only where nobody but their owner may. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

export type PrivateFileFault = "missing" | "notAllowed" | "readableByOthers" | "tooLarge" | "malformed";

/** A file that was to be read for a login, and why it was not. Its content is in no message. */
export class PrivateFileError extends Error {
  override readonly name = "PrivateFileError";
  readonly code: PrivateFileFault;
  readonly file: string;

  constructor(code: PrivateFileFault, file: string, why: string, cause?: unknown) {
    super(`${file}: ${why}`, { cause });
    this.code = code;
    this.file = file;
  }
}

/** Certificates of a fleet are 2 kB; nobody means more than this, bytes. */
const MOST_BYTES = 256 * 1024;
/** Rights of the file's group and of others (inode(7)). */
const OTHERS = 0o077;

/**
 * The text of a file that only its owner may read, as ssh asks of keys. The rights are those of the file that is
 * read, not of one that took its place in the meantime. Throws `PrivateFileError`.
 */
export function readPrivateFile(file: string): string {
  return read(file, (mode) => {
    if ((mode & OTHERS) === 0) return;
    const why = `others may read or write it (mode ${octal(mode)}); allowed is its owner alone: chmod 600 ${file}`;
    throw new PrivateFileError("readableByOthers", file, why);
  });
}

/** The text of a file that anybody may read, such as a certificate. Throws `PrivateFileError`. */
export function readPublicFile(file: string): string {
  return read(file, () => {});
}

function read(file: string, check: (mode: number) => void): string {
  let handle: number;
  try {
    // Without O_NONBLOCK a named pipe in its place would hold the thread up for ever.
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new PrivateFileError("missing", file, "there is no such file", error);
    const why = `it cannot be read (${code}); it has to belong to the user that runs the board`;
    throw new PrivateFileError("notAllowed", file, why, error);
  }
  try {
    const { mode, size } = fstatSync(handle);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG)
      throw new PrivateFileError("malformed", file, "it is not a file");
    if (size > MOST_BYTES) {
      throw new PrivateFileError("tooLarge", file, `${size} bytes; allowed are at most ${MOST_BYTES}`);
    }
    check(mode);
    return readFileSync(handle, "utf8");
  } finally {
    closeSync(handle);
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
