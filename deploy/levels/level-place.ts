/** Where a machine keeps the file of boot levels. No logic. */

export interface LevelPlace {
  /** For people: `/dev/mmcblk0p1`, `/boot/firmware`. */
  readonly where: string;
  /**
   * What lies there; undefined: nothing that the firmware would read, so nothing is kept there. Throws where it cannot be read.
   */
  read(): Uint8Array | undefined;
  /**
   * Has these bytes in its place when it returns, on stable storage, each of `steps` before the next. A power cut leaves what was
   * there, or a mixture of one step and the next (`level-sector.ts`). Throws where it cannot be written.
   */
  write(steps: readonly Uint8Array[]): void;
}
