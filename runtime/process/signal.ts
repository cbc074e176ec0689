/**
 * Frames between cells: messages and signals of one pair of cells in one ordered stream.
 *
 * Pids inside a body are replaced by placeholders that are listed beside it (structured cloning keeps
 * identity), so a body can't counterfeit a pid. `to` names a process of the receiving cell with its key.
 */
import type { ExitReason } from "./exit-reason.ts";
import type { WirePid } from "./pid.ts";

export interface PackedBody {
  readonly body: unknown;
  readonly placeholders: readonly object[];
  readonly pids: readonly WirePid[];
  /** Errors of the body with names of their own, which cloning forgets. */
  readonly named?: readonly NamedError[];
}

export interface NamedError {
  readonly error: Error;
  readonly name: string;
}

export interface WireTarget {
  readonly incarnation: number;
  readonly number: number;
  readonly key: string;
}

export interface MessageFrame {
  readonly kind: "message";
  readonly to: WireTarget;
  readonly packed: PackedBody;
  readonly deadlineUs: number;
  readonly band: number;
  readonly bytes: number;
  /** Delivered only while the receiver has this monitor open. */
  readonly alias?: number;
  /** With `alias`: the sender has closed its side of that monitor. */
  readonly closed?: true;
  /** The monitor of the receiver that its sender set just before: as a `MonitorFrame` ahead of this one. */
  readonly monitor?: Pick<MonitorFrame, "from" | "ref">;
  /** Name of the board it came from, where that is another one. */
  readonly board?: string;
}

export interface MonitorFrame {
  readonly kind: "monitor";
  readonly to: WireTarget;
  readonly from: WirePid;
  readonly ref: number;
}

export type SignalFrame =
  | {
      readonly kind: "exit";
      readonly to: WireTarget;
      readonly from: WirePid;
      readonly reason: ExitReason;
      /** Sent because of links with these ids; ignored when none of them is held any more. */
      readonly links?: readonly string[];
    }
  | { readonly kind: "link"; readonly to: WireTarget; readonly from: WirePid; readonly id: string }
  | {
      readonly kind: "unlink";
      readonly to: WireTarget;
      readonly from: WirePid;
      readonly ids: readonly string[];
    }
  | MonitorFrame
  | { readonly kind: "demonitor"; readonly to: WireTarget; readonly from: WirePid; readonly ref: number }
  | {
      readonly kind: "down";
      readonly to: WireTarget;
      readonly from: WirePid;
      readonly ref: number;
      readonly reason: ExitReason;
    };

export type Frame = MessageFrame | SignalFrame;

/** A message and the monitor that comes with it, as the two frames they stand for. */
export function apart(frame: MessageFrame): readonly [MonitorFrame, MessageFrame] | readonly [MessageFrame] {
  const { monitor, ...message } = frame;
  return monitor === undefined ? [frame] : [{ kind: "monitor", to: frame.to, ...monitor }, message];
}

/** Name of the board that a frame came from, where that is another one. */
export function boardOf(frame: Frame): string | undefined {
  if (frame.kind === "message") return frame.board;
  return frame.from.life === undefined ? undefined : frame.from.board;
}

/** What a process sees when something it monitors ended. */
export interface DownMessage {
  readonly type: "down";
  readonly ref: number;
  readonly pid: import("./pid.ts").Pid;
  readonly reason: ExitReason;
}

/** What a process that traps exits sees when something it is linked to ended. */
export interface ExitMessage {
  readonly type: "exit";
  readonly from: import("./pid.ts").Pid;
  readonly reason: ExitReason;
}

/** What a caller sees when it is answered: sent with the caller's monitor `ref` as alias. */
export interface ReplyMessage {
  readonly type: "reply";
  readonly ref: number;
  readonly value: unknown;
}
