/** What a link with one board is given, what it tells, and what it counts. No logic. */
import type { BoardLife } from "./packet.ts";
import type { LinkLimits } from "./session.ts";

/** Why a link ended. */
export type LinkEnd =
  /** Nothing was heard for too long. */
  | "silent"
  /** The other board's last will, or its goodbye. */
  | "offline"
  /** Its runtime began anew. */
  | "newIncarnation"
  /** This side closed it. */
  | "closed";

/** Packets that had no effect, by what was wrong with them. */
export interface LinkRefusals {
  /** Not sealed with a key of ours: forged or changed on the way. */
  forged: number;
  /** Of a session that is over: late, or played again. */
  stale: number;
  /** Sealed, and no packet all the same. */
  malformed: number;
  /** Another board has this name. */
  stranger: number;
  /** Sealed with the key of the pair, in a version of the packets that this board does not speak. */
  version: number;
}

export interface BoardLinkSink {
  publish(bytes: Uint8Array): void;
  up(life: BoardLife): void;
  down(life: BoardLife, why: LinkEnd): void;
  message(bytes: Uint8Array, sinceUs: number): void;
  /** A message of ours, which begins so, is lost for good. */
  lost(start: Uint8Array): void;
  gap(packets: number): void;
  /** A board with this name and another uid tries to speak: it is refused. Told once for each. */
  stranger(life: BoardLife): void;
  /** The other board speaks another version of the packets: there will be no link. Told once for each. */
  otherVersion(version: number): void;
}

export interface BoardLinkOptions {
  readonly us: BoardLife;
  /** Name of the other board. */
  readonly peer: string;
  /** Of the pair: `pairKey`. */
  readonly key: Uint8Array;
  readonly limits: LinkLimits;
  readonly sink: BoardLinkSink;
  /** Random bytes from a secure source. */
  random(bytes: number): Uint8Array;
  /** The clock of the world, ms since 1970; NaN while it is not set. */
  wallMs(): number;
}
