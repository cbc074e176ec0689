/** Slots that are folders: payloads lie beside them while they come, and are unpacked aside before they take the slot's place. */
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { BundleError } from "../release/bundle-error.ts";
import type { Manifest, Payload } from "../release/manifest.ts";
import { unpackFiles } from "../release/unpack-files.ts";
import type { Slot } from "./slot-record.ts";
import type { SlotStore, UsedSlot } from "./slot-store.ts";

export class FolderSlots implements SlotStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  wanted({ payloads }: Manifest): readonly Payload[] {
    const wanted = payloads.filter(({ files }) => files !== undefined);
    if (wanted.length > 0) return wanted;
    const help =
      "this board keeps releases in folders and needs their files: make the bundle without --image-only";
    throw new BundleError("noPayload", `the bundle holds no files; ${help}`);
  }

  pathOf(slot: Slot, { name }: Payload): string {
    return join(this.#folder, `${slot}.${name}`);
  }

  async assemble(slot: Slot, payloads: readonly Payload[]): Promise<void> {
    const [place, aside] = [join(this.#folder, slot), join(this.#folder, `${slot}.new`)];
    await rm(aside, { recursive: true, force: true });
    for (const payload of payloads)
      await unpackFiles(payload, createReadStream(this.pathOf(slot, payload)), aside);
    await rm(place, { recursive: true, force: true });
    await rename(aside, place);
    const folder = await open(this.#folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    for (const payload of payloads) await rm(this.pathOf(slot, payload));
  }

  async use(slot: Slot): Promise<UsedSlot> {
    return { folder: join(this.#folder, slot), release: async () => {} };
  }
}
