/**
 * What is written down of code that went live: from which slot it is, and beside the programs of which other one. It
 * counts until the board is started again by its slots, which then starts all of the release.
 */
import { existsSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readText, writeDurably } from "../board/durable-text.ts";
import type { ReleaseId, Slot, SlotRecord } from "../update/slot-record.ts";

export interface LiveRecord {
  readonly release: ReleaseId;
  /** Of the code of devices and controllers. */
  readonly slot: Slot;
  /** Of all other programs that run. */
  readonly beside: Slot;
}

const FILE = "live.json";
/** Below a slot: the program of the threads of devices and controllers. */
export const DEVICE_PROGRAM = "program/cells/device-thread.cjs";

/** Before the record of the slots says that its release is the active one. */
export function writeLive(folder: string, live: LiveRecord): void {
  writeDurably(join(folder, FILE), `${JSON.stringify(live)}\n`);
}

/** What counts now; undefined where all programs that run are of one release. `folder`: of the slots. */
export function readLive(folder: string, record: SlotRecord | undefined): LiveRecord | undefined {
  try {
    const live = JSON.parse(readText(join(folder, FILE)) ?? "") as LiveRecord;
    const { release, slot, beside } = live;
    const isActive = record?.active === slot && record.releases[slot] === release;
    return isActive && runningSlot(folder) === beside ? live : undefined;
  } catch {
    return undefined; // none was ever written, or half of one
  }
}

/** The slot that `current` leads to: its programs run. */
export function runningSlot(folder: string): Slot | undefined {
  try {
    const name = readlinkSync(join(folder, "current"));
    return name === "a" || name === "b" ? name : undefined;
  } catch {
    return undefined;
  }
}

/** URL of the program for devices in a slot; undefined where there is none. */
export function programIn(folder: string, slot: Slot): string | undefined {
  const file = join(folder, slot, DEVICE_PROGRAM);
  return existsSync(file) ? pathToFileURL(file).href : undefined;
}
