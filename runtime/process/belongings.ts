/**
 * What a process has beside its state: what waits in its mailbox, its bonds, its timers, its names. As data, so
 * that a new version of its code can take it over in another isolate.
 */
import type { MailboxEntry } from "./mailbox.ts";
import type { NameScope } from "./names.ts";
import { pack, unpack } from "./pack.ts";
import type { Pid, WirePid } from "./pid.ts";
import type { PackedBody } from "./signal.ts";

/** A message that waits, on its way to another isolate. */
export interface PackedEntry {
  readonly packed: PackedBody;
  /** us; `Infinity` for none. */
  readonly deadlineUs: number;
  readonly band: number;
  readonly isSignal: boolean;
}

/** Links and monitors with processes of other cells. */
export interface PackedBonds {
  readonly links: readonly { readonly pid: WirePid; readonly ids: readonly string[] }[];
  readonly watchers: readonly { readonly pid: WirePid; readonly ref: number }[];
  readonly watching: readonly { readonly pid: WirePid; readonly ref: number }[];
  /** The last numbers given out, so that none is given out again. */
  readonly lastRef: number;
  readonly lastLink: number;
}

/** A message sent for later. */
export interface PackedTimer {
  /** What its owner cancels it by. */
  readonly handle: number;
  readonly expiryUs: number;
  /** A pid, or a name, and the message. */
  readonly packed: PackedBody;
}

/** All of it but the mailbox. */
export interface Belongings {
  readonly bonds: PackedBonds;
  readonly timers: readonly PackedTimer[];
  readonly names: readonly (readonly [string, NameScope])[];
  readonly trapExit: boolean;
}

export function packEntry({ message, deadlineUs, band, isSignal }: MailboxEntry): PackedEntry {
  const { packed } = pack(message);
  return { packed, deadlineUs: deadlineUs ?? Number.POSITIVE_INFINITY, band, isSignal };
}

/** Takes the packed message apart: once only. */
export function unpackEntry(
  { packed, deadlineUs, band, isSignal }: PackedEntry,
  resolve: (wire: WirePid) => Pid,
): MailboxEntry {
  const message = unpack(packed, resolve);
  return {
    message,
    deadlineUs: deadlineUs === Number.POSITIVE_INFINITY ? undefined : deadlineUs,
    band,
    isSignal,
  };
}
