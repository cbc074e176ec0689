/** What supervisors are asked, and what they answer: the messages between `supervisor` and its client functions. */
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ChildState } from "./child.ts";
import type { ChildType, DynamicChildSpec, Restart, Shutdown } from "./child-spec.ts";
import type { SupervisorFlags } from "./supervisor-spec.ts";

/** A child by its id; a child of a simpleOneForOne by its pid. */
export type ChildKey = string | Pid;

export type SupervisorRequest =
  | { readonly kind: "start"; readonly spec: DynamicChildSpec }
  | { readonly kind: "startWith"; readonly args: readonly unknown[] }
  | { readonly kind: "terminate"; readonly child: ChildKey }
  | { readonly kind: "restart"; readonly child: string }
  | { readonly kind: "delete"; readonly child: string }
  | { readonly kind: "hold"; readonly child: ChildKey; readonly on: boolean }
  | { readonly kind: "release"; readonly child: ChildKey }
  | { readonly kind: "held"; readonly child: ChildKey }
  | { readonly kind: "which" }
  | { readonly kind: "whichOne"; readonly child: ChildKey }
  | { readonly kind: "count" }
  | { readonly kind: "change"; readonly change: SupervisorChange };

/** New flags and specs of a running supervisor: what is not named stays. Children are added, never removed. */
export interface SupervisorChange extends SupervisorFlags {
  readonly children?: readonly DynamicChildSpec[];
}

export interface SupervisorCall {
  readonly type: "call";
  readonly from: Pid;
  readonly ref: number;
  readonly request: SupervisorRequest;
}

/** What a child says at the end of its start, when its spec has `startMs`. */
export interface StartAcknowledgement {
  readonly type: "childStarted";
  readonly pid: Pid;
  /** `ignore`: it is not wanted, and is about to end. */
  readonly outcome: "ready" | "ignore";
  /** For whoever asked for the child. */
  readonly info: unknown;
}

export type SupervisorMessage = SupervisorCall | StartAcknowledgement;

/** Why a request was not carried out. */
export type Refusal =
  | { readonly code: "notFound" }
  /** A child of this id runs. */
  | { readonly code: "alreadyStarted"; readonly pid: Pid }
  /** A child of this id is known; it does not run. */
  | { readonly code: "alreadyPresent" }
  | { readonly code: "running" | "restarting" | "stopping" | "held" | "notHeld" }
  /** A simpleOneForOne knows its children by pid, and starts them with arguments; others do not. */
  | { readonly code: "strategy" }
  | { readonly code: "invalid"; readonly problems: readonly string[] }
  | { readonly code: "startFailed"; readonly reason: ExitReason }
  /** The supervisor is ending. */
  | { readonly code: "ending" };

/** `pid` is undefined for a child that said it is not wanted. */
export type Started =
  | { readonly ok: true; readonly pid: Pid | undefined; readonly info: unknown }
  | { readonly ok: false; readonly error: Refusal };

export type Done = { readonly ok: true } | { readonly ok: false; readonly error: Refusal };

/** A crash that was held for inspection. */
export interface HeldReport {
  /** For people. */
  readonly pid: string;
  readonly reason: ExitReason;
  /** When it crashed and how long it had lived, monotonic us. */
  readonly atUs: number;
  readonly livedUs: number;
  readonly restarts: number;
}

export interface ChildInfo {
  readonly id: string;
  /** While there is a process. */
  readonly pid: Pid | undefined;
  readonly state: ChildState;
  readonly type: ChildType;
  readonly restart: Restart;
  readonly shutdownMs: Shutdown;
  readonly significant: boolean;
  readonly hold: boolean;
  readonly restarts: number;
}

export interface ChildCount {
  /** Specs, one for all children of a simpleOneForOne. */
  readonly specs: number;
  /** Children with a process. */
  readonly active: number;
  /** Children of each type, with a process or without. */
  readonly supervisors: number;
  readonly workers: number;
}
