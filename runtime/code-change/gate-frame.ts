/**
 * What the old version of a cell and its new version on trial tell each other. All that comes to the cell comes
 * to the old one, which numbers it and hands it on; all that the new one says goes out through the old one.
 */

import type { Version } from "../behaviour/server-module.ts";
import type { BoardWay } from "../cell/board-ways.ts";
import type { AbroadFrame, PeerLink } from "../cell/control-frame.ts";
import type { Belongings, PackedEntry } from "../process/belongings.ts";
import type { CellDown } from "../process/board-routes.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Membership } from "../process/groups.ts";
import type { NameScope } from "../process/names.ts";
import type { WirePid } from "../process/pid.ts";
import type { Frame, PackedBody } from "../process/signal.ts";

/** News of the board, and frames of other cells, in the order in which they came. */
export type Item =
  | { readonly frame: Frame }
  | { readonly peerUp: string; readonly incarnation: number }
  | { readonly peerDown: string; readonly incarnation: number; readonly cause: ExitReason }
  | { readonly boardUp: string; readonly life: number }
  | { readonly boardDown: string; readonly life: number }
  | { readonly cellDown: CellDown }
  | { readonly named: string; readonly pid: WirePid; readonly scope: NameScope }
  | { readonly member: Membership }
  | { readonly unnamed: string; readonly pid: WirePid };

/** Something the new version said. */
export type Spoken =
  | { readonly cell: string; readonly incarnation: number; readonly frame: Frame }
  | { readonly abroad: AbroadFrame }
  | { readonly claim: string; readonly pid: WirePid; readonly scope: NameScope }
  | { readonly release: string; readonly pid: WirePid };

/** All of the old version at the moment it stopped. */
export interface HandedOver {
  readonly version: Version;
  /** A `Snapshot`. */
  readonly snapshot: PackedBody;
  readonly mailbox: readonly PackedEntry[];
  readonly belongings: Belongings;
  readonly names: readonly (readonly [string, WirePid, NameScope])[];
  readonly groups: readonly Membership[];
  readonly peers: readonly (readonly [cell: string, incarnation: number])[];
  readonly boards: readonly BoardWay[];
}

export type ToTrial =
  | { readonly control: "handOver"; readonly all: HandedOver }
  /** Ids count up from 1; those of the mailbox that was handed over come first. */
  | { readonly control: "item"; readonly id: number; readonly item: Item }
  /** What the old version held is yours: begin. */
  | { readonly control: "go" }
  /** Come to the end of a message, say so, and wait. */
  | { readonly control: "settle" }
  /** You are the cell: these are its ways, the kernel's first, and what was kept back for other processes. */
  | {
      readonly control: "yours";
      readonly links: readonly PeerLink[];
      readonly boards: readonly BoardWay[];
      readonly kept: readonly Frame[];
    };

/** What was done, as one: either all of it happened or nothing. */
export interface Step {
  /** The last item that was looked at. */
  readonly upTo: number;
  readonly spoken: readonly Spoken[];
  /** What waits in the mailbox: a message by the id of its item, all else whole. */
  readonly pending: readonly (number | PackedEntry)[];
  readonly belongings: Belongings;
  /** The state as the old version would have it; absent when that cannot be said. */
  readonly state?: PackedBody;
}

export type FromTrial =
  /** Its code is there: it can take over. */
  | { readonly control: "loaded" }
  | { readonly control: "step"; readonly step: Step }
  /** Said in the middle of a message: it waits for an answer. */
  | { readonly control: "spoken"; readonly spoken: readonly Spoken[] }
  | { readonly control: "settled" }
  /** It is no good. */
  | { readonly control: "failed"; readonly cause: ExitReason }
  /** Its process ended as the old version's would have. */
  | { readonly control: "over"; readonly reason: ExitReason };
