/** Programs that change file systems inside an image without mounting them (e2fsprogs, mtools), and tar. */
import { spawnSync } from "node:child_process";
import { VendorError } from "./vendor-error.ts";

/** Debian's package of each. */
const PACKAGES = {
  debugfs: "e2fsprogs",
  dumpe2fs: "e2fsprogs",
  e2fsck: "e2fsprogs",
  resize2fs: "e2fsprogs",
  mcopy: "mtools",
  tar: "tar",
} as const;

export interface Said {
  readonly out: Buffer;
  readonly err: string;
  readonly status: number;
}

const MOST_OUTPUT = 64 << 20;

/** Runs it to its end. Throws `VendorError` when it is not installed, or ends with another code than those expected. */
export function runTool(
  name: keyof typeof PACKAGES,
  words: readonly string[],
  { codes = [0], input = "" }: { readonly codes?: readonly number[]; readonly input?: string } = {},
): Said {
  // Debian's users do not have sbin in their path; macOS has e2fsprogs and mtools from Homebrew.
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  const { status, signal, stdout, stderr, error } = spawnSync(name, words, {
    input,
    maxBuffer: MOST_OUTPUT,
    // mtools judges the FAT by the rules of DOS else, and refuses some sizes.
    env: { ...process.env, PATH: path, LC_ALL: "C", MTOOLS_SKIP_CHECK: "1" },
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") {
    const help = `${name} is not installed: sudo apt-get install ${PACKAGES[name]}`;
    throw new VendorError("noTool", help, error);
  }
  const err = stderr?.toString("utf8") ?? "";
  if (status !== null && codes.includes(status)) return { out: stdout, err, status };
  const why = error?.message ?? err.trim().split("\n").slice(-4).join(" / ");
  throw new VendorError(
    "toolFailed",
    `${name} ${words.join(" ")}: ${signal ?? `code ${status}`}: ${why}`,
    error,
  );
}
