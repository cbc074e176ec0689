import { closeSync, openSync, readSync } from "node:fs";

/** A part of a large file: `bytes` from byte `from` on; zeros behind its end. */
export function bytesOf(path: string, from: number, bytes: number): Buffer {
  const file = openSync(path, "r");
  const content = Buffer.alloc(bytes);
  try {
    readSync(file, content, 0, bytes, from);
  } finally {
    closeSync(file);
  }
  return content;
}
