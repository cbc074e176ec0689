/** An ext4 file system inside an image, read and written by debugfs(8): no mount, no root. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runToolNow } from "../image/run-tool.ts";
import type { Extent } from "./partitions.ts";
import { VendorError } from "./vendor-error.ts";

/** What is to be at a path. Modes as in chmod(1), owners as numbers; root where none is said. */
export type Ext4Entry = { readonly path: string; readonly uid?: number; readonly gid?: number } & (
  | { readonly folder: true; readonly mode: number }
  /** The bytes of a file of this machine. */
  | { readonly from: string; readonly mode: number }
  | { readonly text: string; readonly mode: number }
  | { readonly linkTo: string }
);

/** debugfs takes words in quotes, but has no way to write a quote or a line end in one. */
const WRITABLE = /^\/[^"\n\r\\]+$/;

export class Ext4Part {
  readonly #at: string;

  constructor(image: string, { offset }: Extent) {
    this.#at = `${image}?offset=${offset}`;
  }

  /** A regular file's bytes; `undefined` where there is none. Symbolic links are not followed in its last name. */
  read(path: string): Buffer | undefined {
    const { out, err } = runToolNow("debugfs", ["-R", `cat ${quoted(path)}`, this.#at]);
    return problems(err).length > 0 ? undefined : out;
  }

  /** Whether anything is at that path. */
  has(path: string): boolean {
    return problems(runToolNow("debugfs", ["-R", `stat ${quoted(path)}`, this.#at]).err).length === 0;
  }

  /**
   * Writes all of them, in their order: a folder before what is in it. What is at the path of a file or link is replaced; a
   * folder that is there keeps what is in it, its owner and its mode. Throws `VendorError` when one could not be written.
   */
  write(entries: readonly Ext4Entry[]): void {
    const work = mkdtempSync(join(tmpdir(), "holdfast-ext4-"));
    try {
      const commands = entries.flatMap((entry, index) => this.#commands(entry, join(work, String(index))));
      const script = join(work, "script");
      writeFileSync(script, `${commands.join("\n")}\n`);
      const { err } = runToolNow("debugfs", ["-w", "-f", script, this.#at]);
      const [problem] = problems(err);
      if (problem !== undefined) throw new VendorError("notWritten", `${this.#at}: ${problem}`);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }

  #commands(entry: Ext4Entry, file: string): string[] {
    const { path, uid = 0, gid = 0 } = entry;
    const place = quoted(path);
    const present = this.has(path);
    const field = (name: string, value: number | string) => `set_inode_field ${place} ${name} ${value}`;
    const owner = [field("uid", uid), field("gid", gid)];
    if ("folder" in entry)
      return present ? [] : [`mkdir ${place}`, field("mode", `04${octal(entry.mode)}`), ...owner];
    const cleared = present ? [`rm ${place}`] : [];
    if ("linkTo" in entry) return [...cleared, `symlink ${place} ${quoted(entry.linkTo, false)}`, ...owner];
    if ("text" in entry) writeFileSync(file, entry.text);
    const from = "text" in entry ? file : entry.from;
    return [...cleared, `write ${quoted(from)} ${place}`, field("mode", `010${octal(entry.mode)}`), ...owner];
  }

  /** Bytes that are not in use; a part is kept for root. */
  freeBytes(): number {
    const { free, reserved, block } = this.#numbers();
    return (free - reserved) * block;
  }

  /**
   * Grows the file system to what resize2fs(8) takes for the end, and says its bytes: in an image it counts the partition's
   * offset as well (e2fsprogs 1.47), and given a size it cuts the image to that. So the partition is to follow.
   */
  grow(): number {
    runToolNow("resize2fs", ["-f", this.#at]);
    const { blocks, block } = this.#numbers();
    return blocks * block;
  }

  #numbers() {
    const text = runToolNow("dumpe2fs", ["-h", this.#at]).out.toString("utf8");
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)$`, "m").exec(text)?.[1]);
    return {
      blocks: number("Block count"),
      free: number("Free blocks"),
      reserved: number("Reserved block count"),
      block: number("Block size"),
    };
  }

  /** Throws `VendorError` when the file system has errors. Changes nothing. */
  check(): void {
    const { out, status } = runToolNow("e2fsck", ["-fn", this.#at], { codes: [0, 4, 8, 12] });
    if (status === 0) return;
    const said = out.toString("utf8").trim().split("\n").slice(-3).join(" / ");
    throw new VendorError("notWritten", `${this.#at} has errors: ${said}`);
  }
}

function quoted(path: string, absolute = true): string {
  if (!WRITABLE.test(absolute ? path : `/${path}`))
    throw new TypeError(`"${path}" cannot be told to debugfs`);
  return `"${path}"`;
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

/** What debugfs complains of: it ends with 0 whatever happened, and starts with a line that says its version. */
function problems(err: string): string[] {
  return err.split("\n").filter((line) => line.trim() !== "" && !/^debugfs \d/.test(line));
}
