/**
 * One board of an id works in a state folder at a time: two would write one file of setpoints, boots and crashes, and each would
 * count the other's lives as its own. The lock is flock(2) on a file in the board's part of the folder: it is taken as a whole or not at all, and ends with
 * its holder, however that ends. Only who may write the folder can take it; what its holder wrote into it says who that is. Why so: decisions/0029.
 */
import {
  closeSync,
  existsSync,
  fchownSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Below the board's part of the folder. */
export const LOCK_FILE = "lock";
/** Whoever may read it could take it as well. */
const MODE = 0o600;

export interface StateHolder {
  readonly pid: number;
  /** What it was started as: `holdfast run`, or `the service`. */
  readonly as: string;
  /** Its configuration. */
  readonly config: string;
}

/** Somebody else works there; the message names who, and what helps. */
export class StateTaken extends Error {
  override readonly name = "StateTaken";
}

/**
 * Takes the folder for a board until the returned function is called or this process has ended. Throws `StateTaken`. No lock where the folder takes no
 * files or its file system has no locks: then nothing is kept there, or nobody can know; nor on macOS and Windows: emulated boards of a desktop.
 */
export async function lockState(folder: string, board: string, holder: StateHolder): Promise<() => void> {
  if (process.platform !== "linux") return () => {};
  const own = join(folder, board);
  const file = join(own, LOCK_FILE);
  const fd = opened(own, file);
  if (fd === undefined) return () => {};
  const { lockFile, SystemCallError } = await import("../../firmware/linux/system-calls.ts");
  try {
    if (!lockFile(fd)) throw taken(folder, board, whoIn(file));
  } catch (error) {
    closeSync(fd);
    if (error instanceof SystemCallError) return () => {};
    throw error;
  }
  sign(fd, holder);
  return () => closeSync(fd);
}

/** Undefined where the folder takes no files. Throws `StateTaken` for a file that is another account's. */
function opened(own: string, file: string): number | undefined {
  try {
    mkdirSync(own, { recursive: true });
    const fd = openSync(file, "a+", MODE);
    belongsToTheFolder(fd, own);
    return fd;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" || !existsSync(file)) return undefined;
    throw new StateTaken(
      `${file} belongs to another account, and a board may work there as that: start this one as the same, or remove the file when none runs`,
    );
  }
}

/** Root works in a service's folder now and then: afterwards the service has to be able to open it. */
function belongsToTheFolder(fd: number, own: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(own);
  fchownSync(fd, uid, gid);
}

function taken(folder: string, board: string, other: StateHolder | undefined): StateTaken {
  const who =
    other === undefined
      ? "a process that has not said which"
      : `${other.as} (process ${other.pid}, ${other.config})`;
  return new StateTaken(
    `${who} works in ${folder} for board ${board}: end it first, or give this one a folder of its own (--state, HOLDFAST_STATE)`,
  );
}

/** For whoever meets the lock. Not synced: after a power cut nobody holds it. */
function sign(fd: number, holder: StateHolder): void {
  try {
    ftruncateSync(fd);
    writeSync(fd, `${JSON.stringify(holder)}\n`);
  } catch {
    // A card that is full: it is held all the same.
  }
}

/** Undefined while its holder has not written it yet, or could not. */
function whoIn(file: string): StateHolder | undefined {
  try {
    const { pid, as, config } = JSON.parse(readFileSync(file, "utf8")) as Partial<StateHolder>;
    return { pid: Number(pid), as: String(as), config: String(config) };
  } catch {
    return undefined;
  }
}
