/**
 * Brings a bundle into the spare slot: nothing is written before its signature, its target and what is known of it here were
 * looked at, and it counts only when it was read back. It switches nothing: that is `switch.ts`.
 *
 * An interruption leaves an empty slot and the part that came; the same release goes on there.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../board/durable-text.ts";
import type { LiveRecord } from "../code/live-record.ts";
import { BundleError } from "../release/bundle-error.ts";
import { openBundle } from "../release/bundle-reader.ts";
import { checkFitsHere, type Here } from "../release/fits-here.ts";
import type { Manifest, Payload } from "../release/manifest.ts";
import type { ReleaseKey } from "../release/release-key.ts";
import { BLOCK, padding } from "../release/tar-header.ts";
import type { ByteSource } from "./byte-source.ts";
import { checkedPieces } from "./checked-pieces.ts";
import { type GateFlags, gate } from "./gate.ts";
import { ownRelease } from "./own-release.ts";
import type { ReleaseId, Slot } from "./slot-record.ts";
import type { SlotRecords } from "./slot-records.ts";
import { checkNotRefused, emptied, firstRecord, spareSlot, written } from "./slot-steps.ts";
import type { SlotStore } from "./slot-store.ts";
import { SlotWriter } from "./slot-writer.ts";
import { UpdateError } from "./update-error.ts";

export interface ReceivePlan {
  readonly source: ByteSource;
  /** Its name in messages. */
  readonly where: string;
  readonly trusted: readonly ReleaseKey[];
  /** The release that was offered: no other is taken. Absent: whichever comes. */
  readonly expected?: ReleaseId;
  readonly here: Here;
  readonly records: SlotRecords;
  readonly store: SlotStore;
  /** Folder for what is remembered. */
  readonly notes: string;
  readonly flags: GateFlags & { readonly retry?: boolean };
  /** Most bytes a second; absent: as they come. */
  readonly rate?: number;
  /** Most bytes of the payloads together. */
  readonly limit: number;
  /** Bytes written, of how many. */
  readonly onProgress: (bytes: number, of: number) => void;
  /** What went live beside the programs of the slot that would be written; absent: that never happens here. */
  readonly beside?: () => LiveRecord | undefined;
}

export interface Received {
  readonly manifest: Manifest;
  readonly release: ReleaseId;
  readonly slot: Slot;
  /** `running`: it is what runs. `here`: it was in its slot already. */
  readonly how: "written" | "here" | "running";
}

/** Throws `BundleError`, `UpdateError`, `SlotStepError`: each before the record changes, or with an empty slot in it. */
export async function receive(plan: ReceivePlan): Promise<Received> {
  const { source, where, trusted, here, records, store, notes, flags, limit } = plan;
  const head = await openBundle(source.read(0, source.bytes), trusted, where);
  await head.close();
  const { manifest, release, headBytes } = head;
  if (plan.expected !== undefined && release !== plan.expected)
    throw new UpdateError(
      "refused",
      `${where} is release ${release.slice(0, 12)}, and ${plan.expected.slice(0, 12)} was offered`,
    );
  checkFitsHere(manifest, here, where);
  checkWhole(manifest, { headBytes, bytes: source.bytes, where });
  const record = records.read() ?? firstRecord(undefined);
  const slot = spareSlot(record);
  const about = { manifest, release, slot };
  if (record.trying === undefined && record.releases[record.active] === release)
    return { ...about, slot: record.active, how: "running" };
  checkNotBeside(plan.beside?.());
  await store.checkFree?.(slot);
  if (!flags.retry) checkNotRefused(record, release);
  const running = readManifest(notes, record.active);
  const { refusals } = gate({ ...GATE, from: running ?? ownRelease(), to: manifest }, flags);
  if (refusals.length > 0) throw new UpdateError("refused", refusals.join("\n"));
  const wanted = store.wanted(manifest);
  const fetched = wanted.filter((payload) => !isThere(payload, running));
  const total = fetched.reduce((sum, { size }) => sum + size, 0);
  if (total > limit)
    throw new UpdateError(
      "tooBig",
      `${where} is ${total} bytes, and this board takes ${limit}: --limit allows more`,
    );
  if (record.trying === undefined && record.releases[slot] === release) return { ...about, how: "here" };

  if (record.releases[slot] !== undefined || record.trying !== undefined) records.write(emptied(record));
  let before = 0;
  for (const payload of fetched) {
    await writePayload(plan, about, payload, offsetOf(manifest, payload, headBytes), (bytes) =>
      plan.onProgress(before + bytes, total),
    );
    before += payload.size;
  }
  await store.assemble(slot, wanted, fetched);
  writeDurably(manifestFile(notes, slot), JSON.stringify(manifest));
  records.write(written(records.read() ?? record, release));
  return { ...about, how: "written" };
}

/** The slot that nobody would go back to has programs that run. Throws `UpdateError` `refused`. */
function checkNotBeside(live: LiveRecord | undefined): void {
  if (live === undefined) return;
  throw new UpdateError(
    "refused",
    `release ${live.release.slice(0, 12)} went live beside programs of slot ${live.beside}, which the next release would take: start the board again first, so that all of it runs (holdfast reboot, or systemctl restart holdfast), then push once more`,
  );
}

/** The slot that runs has the same files: Node's program seldom changes, and is most of a release. */
function isThere({ name, sha256, files }: Payload, running: Manifest | undefined): boolean {
  if (files === undefined) return false;
  return running?.payloads.some((one) => one.name === name && one.sha256 === sha256) ?? false;
}

/** What nothing is known of at this moment: the rest of the gate is asked when the board is to restart. */
const GATE = { devices: undefined, outputs: [], minute: undefined, flips: [] } as const;

async function writePayload(
  { source, store, notes, rate }: ReceivePlan,
  { release, slot }: { readonly release: ReleaseId; readonly slot: Slot },
  payload: Payload,
  offset: number,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const { name, size, sha256 } = payload;
  const writer = new SlotWriter(
    {
      path: store.pathOf(slot, payload),
      progressFile: join(notes, `receiving-${name}.json`),
      onProgress,
      ...(rate !== undefined && { rate }),
    },
    { release, bytes: size, sha256 },
  );
  onProgress(writer.from);
  await writer.write(checkedPieces(source, payload, offset, writer.from));
  await writer.prove();
}

/** Half a bundle is found before half a slot is written. Throws `BundleError` `truncated`. */
function checkWhole(
  manifest: Manifest,
  { headBytes, bytes, where }: { readonly headBytes: number; readonly bytes: number; readonly where: string },
): void {
  const last = manifest.payloads.at(-1);
  const end = last === undefined ? 0 : offsetOf(manifest, last, headBytes) + last.size;
  if (end <= bytes) return;
  const help = "it was not copied whole; copy it again, or make it anew";
  throw new BundleError("truncated", `${where} ends at byte ${bytes} of at least ${end}: ${help}`);
}

/** Where a payload begins in its bundle: each has a block before it, and is filled up to full blocks. */
function offsetOf({ payloads }: Manifest, wanted: Payload, headBytes: number): number {
  let at = headBytes + BLOCK;
  for (const payload of payloads) {
    if (payload === wanted) return at;
    at += payload.size + padding(payload.size) + BLOCK;
  }
  throw new TypeError(`${wanted.name} is no payload of the bundle`);
}

/** Of what a slot holds; undefined where nobody wrote it down, as on a new card. */
export function readManifest(notes: string, slot: Slot): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(manifestFile(notes, slot), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** What a slot holds is written down here. */
export function manifestFile(notes: string, slot: Slot): string {
  return join(notes, `manifest-${slot}.json`);
}
