/** Where releases are put: what a place needs of a bundle, where it is written, and how it is used from there. No logic. */
import type { Manifest, Payload } from "../release/manifest.ts";
import type { Slot } from "./slot-record.ts";

/** A release that can be run from a folder for a moment, to ask it something before it is the board's. */
export interface UsedSlot {
  /** With `bin/holdfast` in it. */
  readonly folder: string;
  release(): Promise<void>;
}

export interface SlotStore {
  /** The payloads of a bundle that this place takes. Throws `BundleError` `noPayload` where there are none. */
  wanted(manifest: Manifest): readonly Payload[];
  /** Throws `UpdateError` `refused` for a slot that is in use. Absent where slots are folders: those are replaced, not written over. */
  checkFree?(slot: Slot): Promise<void>;
  /** Where a payload is written: a partition, or a file. */
  pathOf(slot: Slot, payload: Payload): string;
  /**
   * Makes the slot of all payloads: those of `fetched` are written and proven, the files of others are those of the slot that
   * runs. A power cut leaves a whole slot or none.
   */
  assemble(slot: Slot, payloads: readonly Payload[], fetched: readonly Payload[]): Promise<void>;
  use(slot: Slot): Promise<UsedSlot>;
}
