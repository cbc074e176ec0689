/**
 * The levels on the boot partition of Holdfast OS, which nobody mounts: one sector, written over where it lies. Neither the FAT nor a
 * folder is written, so there is nothing of them that a power cut could leave half done.
 */
import { closeSync, constants, fsyncSync, openSync, writeSync } from "node:fs";
import { BOOT_LEVELS } from "../../firmware/board/boot-levels.ts";
import { LEVEL_BYTES } from "../../firmware/board/level-sector.ts";
import { FatVolume } from "./fat-volume.ts";
import type { LevelPlace } from "./level-place.ts";

export class FatLevels implements LevelPlace {
  readonly where: string;

  /** `partition`: its device, or a file that stands for it. */
  constructor(partition: string) {
    this.where = partition;
  }

  read(): Uint8Array | undefined {
    return this.readFile(BOOT_LEVELS);
  }

  /** Any file in the root folder of the partition. */
  readFile(name: string): Buffer | undefined {
    return this.#opened(constants.O_RDONLY, (volume) => volume.read(name));
  }

  write(steps: readonly Uint8Array[]): void {
    this.#opened(constants.O_RDWR, (volume, fd) => {
      const file = volume.find(BOOT_LEVELS);
      const [at] = file?.offsets ?? [];
      if (file?.bytes !== LEVEL_BYTES || at === undefined)
        throw new RangeError(`${BOOT_LEVELS} is not ${LEVEL_BYTES} bytes long`);
      for (const step of steps) {
        writeSync(fd, step, 0, LEVEL_BYTES, at);
        fsyncSync(fd);
      }
    });
  }

  #opened<T>(flags: number, use: (volume: FatVolume, fd: number) => T): T {
    const fd = openSync(this.where, flags);
    try {
      return use(new FatVolume(fd), fd);
    } finally {
      closeSync(fd);
    }
  }
}
