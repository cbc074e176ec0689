/** Slots that are partitions with a read-only file system each: Holdfast OS. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { mkdtemp, open, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BundleError } from "../release/bundle-error.ts";
import type { Manifest, Payload } from "../release/manifest.ts";
import type { Slot } from "./slot-record.ts";
import type { SlotStore, UsedSlot } from "./slot-store.ts";
import { UpdateError } from "./update-error.ts";
import { SLOT_APPLICATION } from "./update-place.ts";

const run = promisify(execFile);

/** The payload that is a whole slot. */
export const SLOT_PAYLOAD = "slot.squashfs";

export class DiskSlots implements SlotStore {
  readonly #partitions: Readonly<Record<Slot, string>>;

  constructor(partitions: Readonly<Record<Slot, string>>) {
    this.#partitions = partitions;
  }

  wanted({ payloads }: Manifest): readonly Payload[] {
    const slot = payloads.filter(({ name }) => name === SLOT_PAYLOAD);
    if (slot.length > 0) return slot;
    const help = "this board runs Holdfast OS: make the bundle with its slot (holdfast release --image)";
    throw new BundleError("noPayload", `the bundle holds no ${SLOT_PAYLOAD}; ${help}`);
  }

  pathOf(slot: Slot): string {
    return this.#partitions[slot];
  }

  /** The kernel opens a partition that is mounted for nobody who wants it alone (open(2), O_EXCL). */
  async checkFree(slot: Slot): Promise<void> {
    const partition = this.#partitions[slot];
    try {
      await (await open(partition, constants.O_RDWR | constants.O_EXCL)).close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY") return; // who writes it says what is wrong
      const help =
        "start the board again (holdfast reboot), then push once more; flash its card anew if it says so again";
      throw new UpdateError(
        "refused",
        `${partition}, slot ${slot}, is mounted, and programs of it may run: ${help}`,
      );
    }
  }

  /** There is nothing to do: what was proven is the slot. */
  async assemble(): Promise<void> {}

  async use(slot: Slot): Promise<UsedSlot> {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-slot-"));
    await mountSlot(this.#partitions[slot], folder);
    return {
      folder: join(folder, SLOT_APPLICATION),
      release: async () => {
        await unmount(folder);
        await rmdir(folder);
      },
    };
  }
}

/** At a folder that is there. Rejects where it cannot be mounted. */
export async function mountSlot(partition: string, folder: string): Promise<void> {
  await run("mount", ["-t", "squashfs", "-o", "ro,nosuid,nodev", partition, folder]);
}

/** Rejects where nothing is mounted, or somebody has a file of it open. */
export async function unmount(folder: string): Promise<void> {
  await run("umount", [folder]);
}
