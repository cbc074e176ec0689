/** The first file system: what finds the card and chooses the slot, and every module of the kernel that a board needs. */
import { gzipSync } from "node:zlib";
import { type CpioEntry, cpioArchive } from "./cpio.ts";
import type { KernelModule } from "./module-order.ts";

export interface InitramfsParts {
  readonly busybox: Buffer;
  readonly bootDisk: Buffer;
  readonly init: Buffer;
  /** Loaded here, in this order. */
  readonly disk: readonly KernelModule[];
  /** Handed to the slot, in this order. */
  readonly board: readonly KernelModule[];
}

const FOLDERS = ["bin", "dev", "proc", "sys", "slot", "modules"];

/** Compressed; the same parts give the same bytes. */
export function initramfs({ busybox, bootDisk, init, disk, board }: InitramfsParts): Buffer {
  const rest = board.filter(({ name }) => !disk.some((one) => one.name === name));
  const entries: CpioEntry[] = [
    ...FOLDERS.map((path) => ({ path, mode: 0o040755 })),
    { path: "dev/console", mode: 0o020600, device: [5, 1] },
    { path: "bin/busybox", mode: 0o100755, content: busybox },
    { path: "bin/boot-disk", mode: 0o100755, content: bootDisk },
    { path: "init", mode: 0o100755, content: init },
    { path: "modules/disk", mode: 0o100644, content: order(disk) },
    { path: "modules/board", mode: 0o100644, content: order(rest) },
    ...[...disk, ...rest].map(({ name, content }) => ({
      path: `modules/${name}.ko`,
      mode: 0o100644,
      content,
    })),
  ];
  return gzipSync(cpioArchive(entries), { level: 9 });
}

function order(modules: readonly KernelModule[]): Buffer {
  return Buffer.from(modules.map(({ name }) => `${name}\n`).join(""));
}
