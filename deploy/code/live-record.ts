/**
 * What is written down of code that went live: from which slot it is, and beside the programs of which other one. It
 * counts until the board is started again by its slots, which then starts all of the release.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readText, writeDurably } from "../board/durable-text.ts";
import type { ReleaseId, Slot } from "../update/slot-record.ts";
import type { LivePlace } from "./live-place.ts";

export interface LiveRecord {
  readonly release: ReleaseId;
  /** Of the code of devices and controllers. */
  readonly slot: Slot;
  /** Of all other programs that run. */
  readonly beside: Slot;
}

const FILE = "live.json";
/** Below a slot's application: the program of the threads of devices and controllers. */
export const DEVICE_PROGRAM = "program/cells/device-thread.cjs";

/** Before the record of the slots says that its release is the active one. */
export function writeLive({ folder }: LivePlace, live: LiveRecord): void {
  writeDurably(join(folder, FILE), `${JSON.stringify(live)}\n`);
}

/** What counts now; undefined where all programs that run are of one release. */
export function readLive(place: LivePlace): LiveRecord | undefined {
  try {
    const live = JSON.parse(readText(join(place.folder, FILE)) ?? "") as LiveRecord;
    const { release, slot, beside } = live;
    const record = place.records.read();
    const isActive = record?.active === slot && record.releases[slot] === release;
    return isActive && place.running() === beside ? live : undefined;
  } catch {
    return undefined; // none was ever written, half of one, or a record that cannot be read
  }
}

/** URL of the program for devices in a slot; undefined where there is none. */
export function programIn(place: LivePlace, slot: Slot): string | undefined {
  const file = join(place.application(slot), DEVICE_PROGRAM);
  return existsSync(file) ? pathToFileURL(file).href : undefined;
}
