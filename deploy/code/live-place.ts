/**
 * Where code that went live is, and where it is written down that it did. Slots that are folders are always there. Of those of Holdfast
 * OS one is mounted, the other is while code of it runs: below `/run`, in memory, so that a boot finds neither mount nor note.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { SlotFile } from "../update/slot-file.ts";
import type { Slot } from "../update/slot-record.ts";
import { type SlotRecords, SlotSectors } from "../update/slot-records.ts";
import { diskOf, SLOT_APPLICATION, type UpdatePlace } from "../update/update-place.ts";

export interface LivePlace {
  readonly records: SlotRecords;
  /** Folder of the note. */
  readonly folder: string;
  /** Folder of the application in a slot: it is there while the slot can be read. */
  application(slot: Slot): string;
  /** Whose programs run; undefined where nobody says so. */
  running(): Slot | undefined;
}

/** Where Holdfast OS has the slot mounted whose code went live. */
export const LIVE_FOLDER = "/run/holdfast-live";
/** What the first process of a boot says of it (`image/boot/init.sh`). */
const BOOT_FILE = "/run/holdfast-slot";

/** `slots`: as `HOLDFAST_SLOTS` says it. Undefined where there are none. */
export function livePlace(slots: string): LivePlace | undefined {
  const disk = diskOf(slots);
  if (disk !== undefined) return mountedSlots(new SlotSectors(disk.device));
  return slots === "" || slots.startsWith("disk:") ? undefined : folderSlots(slots, new SlotFile(slots));
}

export function livePlaceOf(place: UpdatePlace): LivePlace {
  return place.kind === "folder" ? folderSlots(place.folder, place.records) : mountedSlots(place.records);
}

export function folderSlots(folder: string, records: SlotRecords): LivePlace {
  return {
    ...{ records, folder },
    application: (slot) => join(folder, slot),
    running: () => slotIn(() => readlinkSync(join(folder, "current")), /^([ab])$/),
  };
}

export function mountedSlots(
  records: SlotRecords,
  { folder, bootFile } = { folder: LIVE_FOLDER, bootFile: BOOT_FILE },
): LivePlace {
  return {
    ...{ records, folder },
    application: (slot) => join(folder, slot, SLOT_APPLICATION),
    running: () => slotIn(() => readFileSync(bootFile, "utf8"), /^slot=([ab])$/m),
  };
}

function slotIn(read: () => string, pattern: RegExp): Slot | undefined {
  try {
    return pattern.exec(read())?.[1] as Slot | undefined;
  } catch {
    return undefined; // a link or a file that nobody has made
  }
}
