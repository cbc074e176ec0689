/** How much may still be written in a folder. */
import { constants } from "node:fs";
import { access, statfs } from "node:fs/promises";
import { StoreError } from "./record-store.ts";

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
