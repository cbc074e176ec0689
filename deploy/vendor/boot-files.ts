/** The files of the FAT partition that a Pi boots from, inside an image or as a folder where the card is mounted. */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

/** Those of a card that is mounted: `/Volumes/bootfs` on a Mac, `D:\` on Windows. */
export class FolderBootFiles implements BootFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(name: string): string | undefined {
    const file = join(this.#folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }

  copy(name: string, from: string): void {
    copyFileSync(from, join(this.#folder, name));
  }
}
