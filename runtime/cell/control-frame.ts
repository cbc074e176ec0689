/** What a cell and the kernel tell each other beside messages, in the same ordered stream. */
import type { MessagePort } from "node:worker_threads";
import type { FromTrial, ToTrial } from "../code-change/gate-frame.ts";
import type { Inquiry } from "../introspection/inquiry.ts";
import type { CrashDetails, ThreadReport } from "../introspection/report.ts";
import type { CellDown } from "../process/board-routes.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { Membership } from "../process/groups.ts";
import type { NameScope } from "../process/names.ts";
import type { WirePid } from "../process/pid.ts";
import type { Frame, MessageFrame } from "../process/signal.ts";
import type { LogRecord } from "./kernel.ts";

/** One end of the way between two cells. */
export interface PeerLink {
  readonly cell: string;
  readonly incarnation: number;
  readonly port: MessagePort;
  /** The doorbell word of the other cell. */
  readonly bell: SharedArrayBuffer;
  /** What both ends count: messages and bytes under way, frames in the port. */
  readonly counts: SharedArrayBuffer;
  readonly side: 0 | 1;
  /** The other cell, or this one, is in another process: shared memory cannot go there. */
  readonly foreign: boolean;
  /** Rings that are open: for what this end says, and for what it hears. */
  readonly ringOut?: SharedArrayBuffer;
  readonly ringIn?: SharedArrayBuffer;
}

/** From now on small messages of this side come through a ring: whoever takes from the port never sees this. */
export interface RingFrame {
  readonly control: "ring";
  readonly memory: SharedArrayBuffer;
}

/** Of a cell, for one of another board: to the cell that speaks with that board. */
export interface AbroadFrame {
  readonly control: "abroad";
  readonly board: string;
  /** Of that board's runtime. */
  readonly life: number;
  /** The cell there. */
  readonly cell: string;
  readonly frame: Frame;
}

/** Frames that go through a port together, in order: whoever takes from the port sees each of them, and never this. */
export interface SeveralFrame {
  readonly control: "several";
  readonly frames: readonly Frame[];
}

/** That life of a board is reached by `by`, the cell that says so. */
export interface BoardUpFrame {
  readonly control: "boardUp";
  readonly board: string;
  readonly life: number;
  readonly by: string;
}

export type ControlFrame =
  // kernel to cell
  | { readonly control: "peerUp"; readonly link: PeerLink }
  | {
      readonly control: "peerDown";
      readonly cell: string;
      readonly incarnation: number;
      readonly cause: ExitReason;
    }
  | { readonly control: "named"; readonly name: string; readonly pid: WirePid; readonly scope: NameScope }
  | { readonly control: "unnamed"; readonly name: string; readonly pid: WirePid }
  /** A new version of the cell's code boots behind `gate`. `limitMs`: for the old one to stop. */
  | {
      readonly control: "trial";
      readonly gate: PeerLink;
      readonly taken: SharedArrayBuffer;
      readonly limitMs: number;
    }
  /** The new version has what the old one held: it may begin. */
  | { readonly control: "trialGo" }
  | { readonly control: "trialPassed" }
  /** `blame`: it died of what it had at hand. */
  | { readonly control: "trialGone"; readonly cause: ExitReason; readonly blame: boolean }
  | {
      readonly control: "inquire";
      readonly inquiry: Inquiry;
      readonly to: WirePid;
      readonly ref: number;
    }
  // between cells
  | AbroadFrame
  | BoardUpFrame
  | { readonly control: "boardDown"; readonly board: string; readonly life: number }
  | { readonly control: "cellDown"; readonly down: CellDown }
  /** To the cell that speaks with that board: a process there used a pid that it was not given. */
  | { readonly control: "notGiven"; readonly board: string }
  // both ways
  | { readonly control: "member"; readonly membership: Membership }
  // cell to kernel
  | { readonly control: "thread"; readonly thread: ThreadReport }
  | { readonly control: "ready" }
  | { readonly control: "claim"; readonly name: string; readonly pid: WirePid; readonly scope: NameScope }
  | { readonly control: "release"; readonly name: string; readonly pid: WirePid }
  | { readonly control: "crash"; readonly report: CrashDetails }
  | { readonly control: "log"; readonly record: LogRecord }
  | { readonly control: "ended"; readonly reason: ExitReason }
  | { readonly control: "trialLive" }
  /** The new version says that it is no good: the old one waits for `trialGone`. */
  | { readonly control: "trialFailed"; readonly cause: ExitReason }
  | { readonly control: "rolledBack"; readonly cause: ExitReason; readonly lost: readonly string[] }
  /** The last word of the old version's thread: the new one has its ways. */
  | { readonly control: "handedOver" };

/** What comes through a port. The last two: between two versions of one cell. */
export type PortFrame = Frame | ControlFrame | ToTrial | FromTrial;

export function isControl(frame: PortFrame): frame is Exclude<PortFrame, Frame> {
  return "control" in frame;
}

/** The message in it, which takes room on its way; signals and what cells tell each other always find some. */
export function messageIn(frame: PortFrame): MessageFrame | undefined {
  if (!("control" in frame)) return frame.kind === "message" ? frame : undefined;
  return frame.control === "abroad" && frame.frame.kind === "message" ? frame.frame : undefined;
}
