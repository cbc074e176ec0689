/** `holdfast flash`: puts an image on a card. Asks before it writes, and reads back what it wrote. */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Disk, inGb, obstacle } from "../flash/disk.ts";
import { FlashError } from "../flash/flash-error.ts";
import { ImageSource } from "../flash/image-source.ts";
import { chosenDisk, listDisks, offer } from "../flash/list-disks.ts";
import { type Written, writeImage } from "../flash/write-image.ts";
import { columns } from "./columns.ts";
import { Dialog } from "./dialog.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { Progress } from "./progress.ts";

export interface FlashTarget {
  readonly json: boolean;
  /** A disk, `/dev/sda` or `sda`; absent: asked for. */
  readonly to?: string;
  /** A file instead of a disk. */
  readonly out?: string;
  /** Nobody is asked; `to` or `out` must say where. */
  readonly yes: boolean;
}

/** Prints all disks, with what stands against writing to one. */
export function printDisks({ json }: { readonly json: boolean }): void {
  const disks = listDisks();
  if (json) {
    for (const disk of disks)
      process.stdout.write(`${JSON.stringify({ ...disk, obstacle: obstacle(disk) ?? null })}\n`);
    return;
  }
  const rows = disks.map((disk) => [...facts(disk), obstacle(disk)?.why ?? "can be written"]);
  process.stdout.write(`${columns(rows).join("\n")}\n`);
}

function facts(disk: Disk): string[] {
  return [disk.path, inGb(disk.bytes), disk.model || disk.transport, disk.labels.join(" ")];
}

/** Writes the image in a file. Throws `CliError` where nothing was chosen or agreed to, and `FlashError`. */
export async function flashImage(file: string, target: FlashTarget): Promise<void> {
  const image = new ImageSource(file);
  await writeThere(image, await agreedPlace(target, file), target);
}

/** A place that may be written: a file, or a disk that whoever asks has agreed to lose. */
export type AgreedPlace =
  | { readonly file: string; readonly disk?: never }
  | { readonly disk: Disk; readonly file?: never };

/**
 * Asked before anything is made: who waits for a card should not learn afterwards that there is none. `image`: what is read, which stays. Throws
 * as `flashImage`.
 */
export async function agreedPlace(target: FlashTarget, image?: string): Promise<AgreedPlace> {
  const { out } = target;
  if (out === undefined) return { disk: await agreedDisk(target) };
  const folder = dirname(out);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new CliError(EXIT.usage, `--out: there is no folder ${folder}: make it, or name another file`);
  const found = statSync(out, { throwIfNoEntry: false });
  if (found?.isDirectory() === true)
    throw new CliError(
      EXIT.usage,
      `--out: ${out} is a folder: name a file, such as ${join(out, "card.img")}`,
    );
  // A disk by this way would be written whatever is on it, and nobody asked.
  if (found?.isFile() === false)
    throw new CliError(EXIT.usage, `--out: ${out} is no file: --to names a disk, which is looked at first`);
  const source = image === undefined ? undefined : statSync(image, { throwIfNoEntry: false });
  if (found !== undefined && found.ino === source?.ino && found.dev === source.dev)
    throw new CliError(EXIT.usage, `--out: ${out} is the image itself: name another file`);
  return { file: out };
}

/** Throws `FlashError`: also where the disk is not what was agreed to any more. */
export async function writeThere(image: ImageSource, place: AgreedPlace, target: FlashTarget): Promise<void> {
  const { file, disk } = place;
  if (disk === undefined) return told(target, await copied(image, { path: file }));
  const now = chosenDisk(disk.path, listDisks());
  if (now.bytes !== disk.bytes || now.model !== disk.model)
    throw new FlashError(
      "noSuchDisk",
      `nothing was written: ${disk.path} is another disk by now (${facts(now).filter(Boolean).join("  ")}); start again`,
    );
  told(target, await copied(image, { path: disk.path, diskBytes: disk.bytes }));
}

async function agreedDisk({ to, yes }: FlashTarget): Promise<Disk> {
  if (yes && to === undefined) throw new CliError(EXIT.usage, "--yes needs --to: nobody is asked which disk");
  const disks = listDisks();
  if (to === undefined && disks.every((disk) => obstacle(disk) !== undefined))
    throw new FlashError("noDisks", offer(disks));
  if (yes) return chosenDisk(to!, disks);
  const dialog = new Dialog();
  try {
    const disk = chosenDisk(to ?? (await whichOne(disks, dialog)), disks);
    process.stderr.write(`Everything on ${facts(disk).filter(Boolean).join("  ")} will be lost.\n`);
    if ((await dialog.ask(`Write it? Type ${disk.name}: `)) === disk.name) return disk;
    throw new CliError(EXIT.usage, "nothing was written");
  } finally {
    dialog.close();
  }
}

async function whichOne(disks: readonly Disk[], dialog: Dialog): Promise<string> {
  const free = disks.filter((disk) => obstacle(disk) === undefined);
  process.stderr.write(`${columns(free.map(facts)).join("\n")}\n`);
  const answer = await dialog.ask("Which one? ");
  if (answer === "") throw new CliError(EXIT.usage, "nothing was written");
  return answer;
}

async function copied(
  image: ImageSource,
  target: { readonly path: string; readonly diskBytes?: number },
): Promise<Written & { readonly path: string }> {
  const progress = new Progress();
  let writing = true;
  let total = 0;
  progress.begin("writing");
  const written = await writeImage(image.open(), target, {
    onProgress: (step, bytes) => {
      if (step === "write") total = bytes;
      if (step === "verify" && writing) {
        writing = false;
        progress.end(`written to ${target.path}: ${inGb(total)}`);
        progress.begin("checking");
      }
      progress.show(step === "write" ? image.progress : bytes / total, bytes);
    },
  });
  progress.end(`read back and the same: sha256 ${written.sha256}`);
  return { ...written, path: target.path };
}

function told({ json }: FlashTarget, written: Written & { readonly path: string }): void {
  if (json) process.stdout.write(`${JSON.stringify(written)}\n`);
  else process.stdout.write(`${written.path} is ready\n`);
}
