/** What a cell and the kernel tell each other beside messages, in the same ordered stream. */
import type { MessagePort } from "node:worker_threads";
import type { Inquiry } from "../introspection/inquiry.ts";
import type { CrashDetails } from "../introspection/report.ts";
import type { ExitReason } from "../process/exit-reason.ts";
import type { NameScope } from "../process/names.ts";
import type { WirePid } from "../process/pid.ts";
import type { Frame } from "../process/signal.ts";
import type { Membership } from "./group-registry.ts";
import type { LogRecord } from "./kernel.ts";

/** One end of the way between two cells. */
export interface PeerLink {
  readonly cell: string;
  readonly incarnation: number;
  readonly port: MessagePort;
  /** The doorbell word of the other cell. */
  readonly bell: SharedArrayBuffer;
  /** Four words: messages and bytes under way from side 0, then from side 1. */
  readonly credit: SharedArrayBuffer;
  readonly side: 0 | 1;
  /** The other cell, or this one, is in another process: shared memory cannot go there. */
  readonly foreign: boolean;
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
  | {
      readonly control: "inquire";
      readonly inquiry: Inquiry;
      readonly to: WirePid;
      readonly ref: number;
    }
  // both ways
  | { readonly control: "member"; readonly membership: Membership }
  // cell to kernel
  | { readonly control: "ready" }
  | { readonly control: "claim"; readonly name: string; readonly pid: WirePid; readonly scope: NameScope }
  | { readonly control: "release"; readonly name: string; readonly pid: WirePid }
  | { readonly control: "crash"; readonly report: CrashDetails }
  | { readonly control: "log"; readonly record: LogRecord }
  | { readonly control: "ended"; readonly reason: ExitReason };

export type PortFrame = Frame | ControlFrame;

export function isControl(frame: PortFrame): frame is ControlFrame {
  return "control" in frame;
}
