import { readdirSync, readlinkSync } from "node:fs";
import { textFile } from "../../firmware/board/text-file.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import type { Holder } from "../doctor/machine.ts";

/** Processes but this one that have a file open, by /proc; those of other users are only seen by root. */
export function fileHolders(files: SystemFiles, path: string): readonly Holder[] {
  return files
    .list("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => openedBy(pid).includes(path))
    .map((pid) => ({ pid: Number(pid), name: textFile(files, `/proc/${pid}/comm`) ?? "?" }));
}

function openedBy(pid: string): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return (
    unlessGone(() => readdirSync(folder))?.flatMap(
      (fd) => unlessGone(() => readlinkSync(`${folder}/${fd}`)) ?? [],
    ) ?? []
  );
}

/** It ended or closed the file in the meantime, or is another user's. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
