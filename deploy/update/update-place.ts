/** Where a machine keeps its slots, as `HOLDFAST_SLOTS` or `--slots` says it. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { SlotFile } from "./slot-file.ts";
import { SLOT_PROGRAM } from "./slot-program.ts";
import type { Slot } from "./slot-record.ts";
import { SLOT_RECORD_SECTOR, type SlotRecords, SlotSectors } from "./slot-records.ts";
import { UpdateError } from "./update-error.ts";

export type UpdatePlace = FolderPlace | DiskPlace;

interface Place {
  readonly records: SlotRecords;
  /** For what an update has to remember over restarts; writable, on stable storage. */
  readonly notes: string;
  /** Ends the board so that it starts again by the record, program and words. */
  readonly restart: readonly [string, ...string[]];
}

/** A folder with `a`, `b`, `current`, the record, and the program that chooses: any machine with a Linux of its own. */
export interface FolderPlace extends Place {
  readonly kind: "folder";
  readonly folder: string;
}

/** Two partitions and two sectors of a disk: Holdfast OS. */
export interface DiskPlace extends Place {
  readonly kind: "disk";
  /** The first partition, which the firmware reads. */
  readonly boot: string;
  readonly slots: Readonly<Record<Slot, string>>;
}

/** Where the application lies in a slot that is a partition. */
export const SLOT_APPLICATION = "app";

/** `disk:<device>[,<partition of a>,<partition of b>]`, partitions by number: 2 and 3 unless told. */
const DISK = /^disk:(\/[\w./-]+?)(?:,(\d+),(\d+))?$/;

/**
 * `text`: a folder, or `disk:/dev/mmcblk0`; `stateFolder`: where a disk's notes are kept. `restart` replaces how the
 * board is started again. Throws `UpdateError` `noSlots`.
 */
export function updatePlace(
  text: string | undefined,
  stateFolder: string,
  restart: string | undefined,
): UpdatePlace {
  if (text === undefined || text === "") {
    const help = "start the board from slots (holdfast push installs them), or name them with --slots";
    throw new UpdateError("noSlots", `this board has no slots to put a release into; ${help}`);
  }
  const shell = restart === undefined ? undefined : (["/bin/sh", "-c", restart] as const);
  const disk = diskOf(text);
  if (disk !== undefined) {
    const notes = join(stateFolder, "update");
    mkdirSync(notes, { recursive: true });
    return {
      kind: "disk",
      boot: partition(disk.device, "1"),
      slots: disk.slots,
      records: new SlotSectors(disk.device, SLOT_RECORD_SECTOR),
      notes,
      restart: shell ?? ["/sbin/reboot"],
    };
  }
  if (text.startsWith("disk:"))
    throw new UpdateError(
      "noSlots",
      `"${text}" names no disk; allowed is disk:/dev/mmcblk0 or disk:/dev/mmcblk0,2,3`,
    );
  const folder = resolve(text);
  return {
    kind: "folder",
    folder,
    records: new SlotFile(folder),
    notes: folder,
    restart: shell ?? ["/bin/sh", join(folder, SLOT_PROGRAM), "restart"],
  };
}

/** Undefined for a text that names no disk. */
export function diskOf(text: string): (Pick<DiskPlace, "slots"> & { readonly device: string }) | undefined {
  const [, device, a = "2", b = "3"] = DISK.exec(text) ?? [];
  if (device === undefined) return undefined;
  return { device, slots: { a: partition(device, a), b: partition(device, b) } };
}

/** As the kernel names them: a `p` where the disk's own name ends with a digit. */
function partition(device: string, number: string): string {
  return /\d$/.test(device) ? `${device}p${number}` : `${device}${number}`;
}
