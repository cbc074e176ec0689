/** How much may still be written in a folder, and how much has to stay free there. */
import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { StoreError } from "./record-store.ts";

/** What stays free for the rest of the machine, and for LevelDB to tidy up in. */
export const RESERVE_BYTES = 8 * 1024 * 1024;

/** Bytes for who is not root. Rejects with `StoreError` where nothing may be written, or nothing can be said. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    // On a card that the kernel has remounted read-only this fails, too (EROFS).
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new StoreError(code === "EROFS" || code === "EACCES" ? "readOnly" : "failed", message, error);
  }
}

/** `free` again. Throws `StoreError` for so little that not even deleting may be tried: that is writing, too. */
export function enough(free: number): number {
  if (free < RESERVE_BYTES / 2) throw noSpace();
  return free;
}

/** What to throw where nothing more fits. */
export function noSpace(): StoreError {
  return new StoreError("full", "no space is left where the outbox is kept");
}
