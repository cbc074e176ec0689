/** Messages that devices, controllers, their keepers and the telemetry exchange. Plain data and pids. */
import type { BusReport } from "../../firmware/contracts/bus-report.ts";
import type { Edge } from "../../firmware/contracts/line.ts";
import type { SystemMessage } from "../../runtime/behaviour/system-message.ts";
import type { TalkMessage } from "../../runtime/protocol/conversation-messages.ts";
import type { JobTiming } from "../../runtime/time/job.ts";
import type { MovingQuantiles } from "../../runtime/time/moving-histogram.ts";
import type { Command } from "../command-spec.ts";
import type { Cause } from "./cause.ts";
import type { ReadingMessage } from "./contracts.ts";
import type { ControllerPlan, DevicePlan } from "./device-plan.ts";
import type { HeardMessage } from "./envoy.ts";
import type { LadderState, Told } from "./ladder-state.ts";
import type { Mode } from "./mode.ts";
import type { NewPlanMessage, ProvedMessage, ReplanMessage, SettledMessage } from "./replan.ts";

/** The name under which the telemetry process of a board is registered. */
export const TELEMETRY = "telemetry";

/** To a device or controller: somebody wants something. */
export interface CommandMessage {
  readonly type: "command";
  readonly command: Command;
}

/** To a device or controller from its keeper: something for its ladder. */
export interface ToldMessage {
  readonly type: "told";
  readonly told: Told;
}

export type InjectedFault = "crash" | "hang" | "leak";

/** Beside these, what controllers say in the conversations of `contracts.ts`. */
export type DeviceMessage =
  | CommandMessage
  | ToldMessage
  | SystemMessage
  | TalkMessage
  | { readonly type: "announce" }
  | { readonly type: "fault"; readonly fault: InjectedFault }
  | ReplanMessage<DevicePlan>
  | { readonly type: "edge"; readonly edge: Edge }
  /** A storm of edges on its input began, or is over. */
  | { readonly type: "storm"; readonly on: boolean };

/** Beside these, what devices say in the conversations of `contracts.ts`. */
export type ControllerMessage =
  | CommandMessage
  | ToldMessage
  | SystemMessage
  | TalkMessage
  | HeardMessage
  | ReplanMessage<ControllerPlan>
  | { readonly type: "announce" }
  | { readonly type: "fault"; readonly fault: InjectedFault };

/** To the keeper of a device or controller. */
export type KeeperMessage =
  | { readonly type: "announce" }
  /** Where the device stands, after each change that must outlive it. */
  | { readonly type: "ladder"; readonly state: LadderState }
  | Told
  | NewPlanMessage
  | ProvedMessage
  | SettledMessage
  /** Say again how your device is, to those that depend on it. */
  | { readonly type: "ask" }
  | { readonly type: "keep"; readonly values: Readonly<Record<string, number | boolean>> };

/** Who commands an output from another board, as name and board, and for how long. */
export interface LeaseState {
  readonly by: string;
  /** From each of its commands. */
  readonly forMs: number;
  /** `forMs` while it is renewed in time; when its next command is overdue what is left, in whole seconds. */
  readonly remainingMs: number;
}

/** What changed in a device's state; fields that are absent stay as they were. */
export interface StatePatch {
  readonly mode?: Mode | "starting";
  readonly restarts?: number;
  readonly cause?: string | null;
  /** The same as data. */
  readonly why?: Cause | null;
  /** The highest mode that an operator allows, and for how long. */
  readonly modeOverride?: { readonly mode: Mode; readonly remainingMs: number } | null;
  /** When it goes up a rung if nothing fails. */
  readonly climbsInMs?: number | null;
  readonly misses?: number;
  readonly commanded?: Readonly<Record<string, number | boolean>> | null;
  readonly remainingMs?: number | null;
  readonly override?: { readonly remainingMs: number } | null;
  /** A process of another board commands the output. */
  readonly lease?: LeaseState | null;
  /** `maxOn` has latched the output off as a fault: it stays off until a person clears that. */
  readonly latched?: boolean;
  /** An input that does not move as it should, and why that is thought. */
  readonly stuck?: { readonly why: "held" | "unchanged"; readonly forMs: number } | null;
  /** Commands are accepted: the first good job is done. */
  readonly ready?: boolean;
}

/** Anything worth telling people, published on `events`. */
export interface BoardEvent {
  readonly kind: string;
  readonly device?: string;
  readonly cause?: string;
  readonly why?: Cause;
  readonly [detail: string]: unknown;
}

/** Of a job, and for a controller of the way from a sample to the line. */
export interface TimingReport extends JobTiming {
  /** From the sample that a command stands on to the moment its line was driven so. */
  readonly endToEndUs?: MovingQuantiles;
  /** Of these, longer than the controller's deadline. */
  readonly endToEndMisses?: number;
}

/** To the telemetry process. */
export type TelemetryMessage =
  | ReadingMessage
  | { readonly type: "state"; readonly device: string; readonly patch: StatePatch }
  | { readonly type: "event"; readonly event: BoardEvent }
  | { readonly type: "refused"; readonly device: string; readonly command: Command; readonly reason: string }
  | { readonly type: "timing"; readonly job: string; readonly timing: TimingReport }
  | { readonly type: "buses"; readonly buses: readonly BusReport[] };
