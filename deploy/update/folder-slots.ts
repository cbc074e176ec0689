/** Slots that are folders: payloads lie beside them while they come, and are unpacked aside before they take the slot's place. */
import { constants, createReadStream } from "node:fs";
import { chmod, copyFile, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { BundleError } from "../release/bundle-error.ts";
import type { Manifest, ManifestFile, Payload } from "../release/manifest.ts";
import { hashOf } from "../release/packed-files.ts";
import { makeFolders, unpackFiles } from "../release/unpack-files.ts";
import type { Slot } from "./slot-record.ts";
import { otherSlot } from "./slot-steps.ts";
import type { SlotStore, UsedSlot } from "./slot-store.ts";
import { UpdateError } from "./update-error.ts";

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

  async assemble(slot: Slot, payloads: readonly Payload[], fetched: readonly Payload[]): Promise<void> {
    const [place, aside] = [join(this.#folder, slot), join(this.#folder, `${slot}.new`)];
    await rm(aside, { recursive: true, force: true });
    for (const payload of payloads) {
      if (fetched.includes(payload))
        await unpackFiles(payload, createReadStream(this.pathOf(slot, payload)), aside);
      else await copyFiles(payload.files ?? [], join(this.#folder, otherSlot(slot)), aside);
    }
    await syncFolders(aside);
    await rm(place, { recursive: true, force: true });
    await rename(aside, place);
    await syncFolder(this.#folder);
    for (const payload of fetched) await rm(this.pathOf(slot, payload));
  }

  async use(slot: Slot): Promise<UsedSlot> {
    return { folder: join(this.#folder, slot), release: async () => {} };
  }
}

/** Throws `UpdateError` `readBack` where a file is not what it was when it was received. */
async function copyFiles(files: readonly ManifestFile[], from: string, to: string): Promise<void> {
  await makeFolders(files, to);
  for (const { path, mode, sha256 } of files) {
    await copyFile(join(from, path), join(to, path), constants.COPYFILE_EXCL);
    await chmod(join(to, path), mode);
    if ((await hashOf(join(to, path))) !== sha256)
      throw new UpdateError(
        "readBack",
        `${join(from, path)} is not what it was: flash the card anew, or try another`,
      );
    const file = await open(join(to, path));
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/** Without it a power cut may leave files without their names. */
async function syncFolders(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if ((await stat(path)).isDirectory()) await syncFolder(path);
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
