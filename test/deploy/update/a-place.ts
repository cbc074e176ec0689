/** A folder of slots on this machine, a key, and bundles for it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeBundle } from "../../../deploy/release/bundle-writer.ts";
import { thisMachine } from "../../../deploy/release/fits-here.ts";
import type { Manifest } from "../../../deploy/release/manifest.ts";
import { describeFiles, packFiles } from "../../../deploy/release/packed-files.ts";
import type { SigningKey } from "../../../deploy/release/release-key.ts";
import type { ByteSource } from "../../../deploy/update/byte-source.ts";
import { FolderSlots } from "../../../deploy/update/folder-slots.ts";
import { type ReceivePlan, receive } from "../../../deploy/update/receive.ts";
import { SlotFile } from "../../../deploy/update/slot-file.ts";
import { SLOT_PROGRAM, SLOT_PROGRAM_TEXT } from "../../../deploy/update/slot-program.ts";
import { firstRecord } from "../../../deploy/update/slot-steps.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { ABOUT, aKey, writeFiles } from "../release/a-bundle.ts";

export const OLD = "aa".repeat(16);

export function temporary(t: SpecContext): string {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-update-"));
  t.defer(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `a` runs and holds `OLD`; `b` is empty. */
export function aPlace(folder: string) {
  mkdirSync(join(folder, "a", "bin"), { recursive: true });
  writeFileSync(join(folder, "a", "bin", "holdfast"), "#!/bin/sh\necho old\n", { mode: 0o755 });
  writeFileSync(join(folder, SLOT_PROGRAM), SLOT_PROGRAM_TEXT, { mode: 0o755 });
  symlinkSync("a", join(folder, "current"));
  const records = new SlotFile(folder);
  records.write(firstRecord(OLD));
  return { folder, records, store: new FolderSlots(folder) };
}

export const HERE = thisMachine("greenhouse", "6.1.0");

/** For this machine; `size`: of a file that nothing makes smaller. */
export async function aRelease(
  folder: string,
  {
    about = {},
    key = aKey(folder),
    size = 1000,
  }: { about?: Partial<Manifest>; key?: SigningKey; size?: number } = {},
) {
  const files = { "bin/holdfast": "#!/bin/sh\necho new\n", "program/data": noise(size) };
  return { ...(await bundleOf(folder, files, about, key)), key };
}

/** A bundle of these files, for this machine; its path. */
export async function aBundleOf(
  folder: string,
  files: Readonly<Record<string, string>>,
  about: Partial<Manifest>,
  key: SigningKey,
): Promise<string> {
  return (await bundleOf(folder, files, about, key)).file;
}

async function bundleOf(
  folder: string,
  contents: Readonly<Record<string, string>>,
  about: Partial<Manifest>,
  key: SigningKey,
) {
  const files = join(folder, "files");
  rmSync(files, { recursive: true, force: true });
  writeFiles(files, contents);
  const described = await describeFiles(files);
  const packed = join(folder, "application.tar.gz");
  await packFiles(files, described, packed);
  const manifest = { ...ABOUT, target: HERE.target as Manifest["target"], ...about };
  const parts = [{ name: "application.tar.gz", file: packed, files: described }];
  return writeBundle(join(folder, "release.holdfast"), manifest, parts, [key]);
}

/** Text that does not compress, the same each time. */
function noise(size: number): string {
  let state = 1;
  const words: string[] = [];
  for (let length = 0; length < size; length += 6) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    words.push(state.toString(36).padStart(7, "0").slice(1));
  }
  return words.join("").slice(0, size);
}

/** Bytes in memory, with a trace of what was read; `endsAt`: the connection breaks there. */
export function memorySource(
  bytes: Uint8Array,
  endsAt = Number.POSITIVE_INFINITY,
): ByteSource & { reads: string[] } {
  const reads: string[] = [];
  return {
    bytes: bytes.length,
    reads,
    async *read(from, to) {
      reads.push(`${from}-${to}`);
      for (let at = from; at < to; at += 1000) {
        const end = Math.min(at + 1000, to);
        if (end > endsAt) throw new Error("the connection broke");
        yield bytes.subarray(at, end);
      }
    },
    close: async () => {},
  };
}

export function receiving(
  place: Pick<ReceivePlan, "records" | "store"> & { folder: string },
  plan: Pick<ReceivePlan, "source" | "trusted"> & Partial<ReceivePlan>,
) {
  const { folder, records, store } = place;
  return receive({
    where: "release.holdfast",
    here: HERE,
    records,
    store,
    notes: folder,
    flags: {},
    limit: 1e9,
    onProgress: () => {},
    ...plan,
  });
}
