/** The files of the FAT partition that a Pi boots from, inside an image or as a folder where the card is mounted. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeDurably } from "../board/durable-text.ts";
import { runToolNow } from "../image/run-tool.ts";
import type { Extent } from "./partitions.ts";

export interface BootFiles {
  /** `undefined` where there is none. */
  read(name: string): string | undefined;
  /** Made or replaced. */
  write(name: string, text: string): void;
  /** As `write`, from a file of this machine. */
  copy(name: string, from: string): void;
}

/** Those of an image: by mtools, without mounting it. Throws `ReleaseError`. */
export class ImageBootFiles implements BootFiles {
  readonly #at: readonly string[];

  constructor(image: string, { offset }: Extent) {
    this.#at = ["-i", `${image}@@${offset}`];
  }

  read(name: string): string | undefined {
    const { out, status } = runToolNow("mcopy", [...this.#at, `::/${name}`, "-"], { codes: [0, 1] });
    return status === 0 ? out.toString("utf8") : undefined;
  }

  write(name: string, text: string): void {
    const work = mkdtempSync(join(tmpdir(), "holdfast-boot-"));
    try {
      writeFileSync(join(work, "file"), text);
      this.copy(name, join(work, "file"));
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }

  copy(name: string, from: string): void {
    runToolNow("mcopy", [...this.#at, "-o", from, `::/${name}`]);
  }
}

/**
 * Those of a card that is mounted: `/boot/firmware` on a board, `/Volumes/bootfs` on a Mac, `D:\` on Windows. Each is on the card
 * when its call returns, in the order of the calls.
 */
export class FolderBootFiles implements BootFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(name: string): string | undefined {
    const file = join(this.#folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  /**
   * A text that only grows is added to where it lies: FAT then writes its last cluster and its entry, and a power cut leaves the old length or the
   * new one. Another one is written aside and renamed (`writeDurably`).
   */
  write(name: string, text: string): void {
    const file = join(this.#folder, name);
    const before = this.read(name);
    if (before === undefined || !text.startsWith(before)) writeDurably(file, text);
    else synced(file, "a", (fd) => writeFileSync(fd, text.slice(before.length)));
  }

  copy(name: string, from: string): void {
    const file = join(this.#folder, name);
    copyFileSync(from, file);
    synced(file, "r+", () => {});
  }
}

/** Opens it, and has it on the disk afterwards. */
function synced(file: string, flags: string, use: (fd: number) => void): void {
  const fd = openSync(file, flags);
  try {
    use(fd);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
