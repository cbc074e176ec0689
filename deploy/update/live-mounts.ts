/**
 * The slot of Holdfast OS that is not the board's root, mounted beside it for as long as code of it runs: read-only, at one place, by
 * whoever brings a release, who is root. It is unmounted when that code was taken back; else it ends with the boot, as all of `/run` does.
 */
import { existsSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { LivePlace } from "../code/live-place.ts";
import { readLive } from "../code/live-record.ts";
import type { CodeClient } from "./code-client.ts";
import { mountSlot, unmount } from "./disk-slots.ts";
import type { Slot } from "./slot-record.ts";
import type { UpdatePlace } from "./update-place.ts";

export interface LiveMounts {
  /** Has a slot's programs where the board that runs can read them. Rejects when they cannot be there. */
  open(slot: Slot): Promise<void>;
  /** What was opened and nothing runs from is so no more. What cannot be told, or is busy, stays until the next boot. */
  closeUnused(): Promise<void>;
}

/** How a partition gets to a folder, and away from it. */
export interface Mounter {
  mount(partition: string, folder: string): Promise<void>;
  unmount(folder: string): Promise<void>;
}

/** Folders are always there. */
export function liveMounts(
  place: UpdatePlace,
  live: LivePlace,
  code: Pick<CodeClient, "state">,
  mounter: Mounter = { mount: mountSlot, unmount },
): LiveMounts {
  if (place.kind === "folder") return { open: async () => {}, closeUnused: async () => {} };
  return new SlotMounts(place.slots, live, code, mounter);
}

const SLOTS: readonly Slot[] = ["a", "b"];

class SlotMounts implements LiveMounts {
  readonly #partitions: Readonly<Record<Slot, string>>;
  readonly #live: LivePlace;
  readonly #code: Pick<CodeClient, "state">;
  readonly #mounter: Mounter;

  constructor(
    partitions: Readonly<Record<Slot, string>>,
    live: LivePlace,
    code: Pick<CodeClient, "state">,
    mounter: Mounter,
  ) {
    this.#partitions = partitions;
    this.#live = live;
    this.#code = code;
    this.#mounter = mounter;
  }

  async open(slot: Slot): Promise<void> {
    await this.closeUnused();
    const folder = this.#folderOf(slot);
    if (existsSync(folder)) throw new Error(`${folder} is mounted still, and programs of it may run`);
    await mkdir(folder, { recursive: true });
    try {
      await this.#mounter.mount(this.#partitions[slot], folder);
    } catch (error) {
      await rmdir(folder);
      throw error;
    }
  }

  async closeUnused(): Promise<void> {
    for (const slot of SLOTS) {
      const folder = this.#folderOf(slot);
      if (!existsSync(folder) || (await this.#isInUse())) continue;
      await this.#mounter.unmount(folder).catch(() => {}); // the folder says whether anything is there still
      await rmdir(folder).catch(() => {}); // busy: the slot is not written before the next boot (`checkFree`)
    }
  }

  /** Code that was kept, is on trial, or of a board that does not answer. */
  async #isInUse(): Promise<boolean> {
    if (readLive(this.#live) !== undefined) return true;
    const state = await this.#code.state().catch(() => undefined);
    return state === undefined || !["own", "takenBack"].includes(state.phase);
  }

  #folderOf(slot: Slot): string {
    return join(this.#live.folder, slot);
  }
}
