/** Slots that are partitions with a read-only file system each: Holdfast OS. */
import { execFile } from "node:child_process";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BundleError } from "../release/bundle-error.ts";
import type { Manifest, Payload } from "../release/manifest.ts";
import type { Slot } from "./slot-record.ts";
import type { SlotStore, UsedSlot } from "./slot-store.ts";

const run = promisify(execFile);

/** The payload that is a whole slot. */
export const SLOT_PAYLOAD = "slot.squashfs";
/** Where the application lies in it. */
const APPLICATION = "app";

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

  /** There is nothing to do: what was proven is the slot. */
  async assemble(): Promise<void> {}

  async use(slot: Slot): Promise<UsedSlot> {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-slot-"));
    await run("mount", ["-t", "squashfs", "-o", "ro,nosuid,nodev", this.#partitions[slot], folder]);
    return {
      folder: join(folder, APPLICATION),
      release: async () => {
        await run("umount", [folder]);
        await rmdir(folder);
      },
    };
  }
}
