import type { SystemFiles } from "../contracts/system-files.ts";

/** A file as one line of text, without the line end or zero byte that closes it; undefined when absent. */
export function textFile(files: SystemFiles, path: string): string | undefined {
  return textList(files, path)?.[0]?.trim();
}

/** The strings of a device-tree property, which are closed by a zero byte each; undefined when absent. */
export function textList(files: SystemFiles, path: string): string[] | undefined {
  const bytes = files.read(path);
  return bytes && Buffer.from(bytes).toString("utf8").replace(/\0$/, "").split("\0");
}
