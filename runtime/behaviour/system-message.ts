/**
 * What every behaviour answers beside its own messages: stop for a while, go on, show or change its state,
 * change its code, end. OTP's `sys`.
 *
 * The requests come as messages of type `system`, with an answer by alias as for a call.
 */
import { type ExitReason, rootCause } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import { callFailed } from "./call-error.ts";
import {
  ask,
  type CallLimit,
  exchange,
  failureOf,
  limitUs,
  type RequestMessage,
  serverAt,
} from "./exchange.ts";
import type { Version } from "./server-module.ts";

/** All that a behaviour knows, as plain data: what the next version goes on from. */
export interface Snapshot {
  readonly version: Version;
  readonly state: unknown;
  /** Of a server: what is left of its idle limit, ms. */
  readonly idleMs?: number;
}

/** What is counted and never silent. */
export interface BehaviourCounts {
  /** Requests that were past their deadline before they were looked at. */
  expired: number;
  /** Calls and casts with a tag that the module does not know. */
  unknown: number;
  /** Other messages that nobody handles. */
  stray: number;
  /** Events that would have been put off beyond the bound. */
  dropped: number;
}

export interface BehaviourStatus {
  readonly name: string;
  readonly version: Version;
  readonly suspended: boolean;
  readonly counts: Readonly<BehaviourCounts>;
}

export type SystemRequest =
  /** Handle nothing but system messages and the end of the parent. */
  | { readonly type: "suspend" }
  | { readonly type: "resume" }
  | { readonly type: "getState" }
  /** Puts in what `getState` gave out, or something like it. */
  | { readonly type: "replaceState"; readonly state: unknown }
  /** Take the present code of the slot, through `codeChange`. Suspended only. */
  | { readonly type: "changeCode" }
  | { readonly type: "status" }
  | { readonly type: "terminate"; readonly reason: ExitReason };

export interface SystemMessage extends RequestMessage {
  readonly type: "system";
  readonly request: SystemRequest;
}

/** Code that can be changed while processes run it: a module, or the place where the present one is kept. */
export type Code<M> = M | CodeSlot<M>;

export interface CodeSlot<M> {
  current: M;
}

export function codeOf<M extends object>(code: Code<M>): M {
  return "current" in code ? code.current : code;
}

/** The behaviour handles no message until `resume`. Errors of all of these as `call`. */
export function suspend<M>(self: Self<M>, to: Pid | string, limit?: CallLimit): ProcessGenerator<void> {
  return request(self, to, { type: "suspend" }, limit);
}

export function resume<M>(self: Self<M>, to: Pid | string, limit?: CallLimit): ProcessGenerator<void> {
  return request(self, to, { type: "resume" }, limit);
}

/** A copy of all that it knows. */
export function getState<M>(self: Self<M>, to: Pid | string, limit?: CallLimit): ProcessGenerator<Snapshot> {
  return request(self, to, { type: "getState" }, limit);
}

/** Replaces the state, as it is in a snapshot. */
export function replaceState<M>(
  self: Self<M>,
  to: Pid | string,
  state: unknown,
  limit?: CallLimit,
): ProcessGenerator<void> {
  return request(self, to, { type: "replaceState", state }, limit);
}

/**
 * Has a suspended behaviour take the present code of its slot. `undefined` when it did; else why `codeChange`
 * failed: then the old code and the old state stay. Throws `TypeError` when it is not suspended.
 */
export function changeCode<M>(
  self: Self<M>,
  to: Pid | string,
  limit?: CallLimit,
): ProcessGenerator<ExitReason | undefined> {
  return request(self, to, { type: "changeCode" }, limit);
}

export function status<M>(
  self: Self<M>,
  to: Pid | string,
  limit?: CallLimit,
): ProcessGenerator<BehaviourStatus> {
  return request(self, to, { type: "status" }, limit);
}

/**
 * Ends a behaviour in an orderly way and waits until it is gone. Throws `CallError` when there was none, when it
 * is not gone within the limit, and when it ended with another reason.
 */
export function* stop<M>(
  self: Self<M>,
  to: Pid | string,
  reason: ExitReason = "normal",
  { within }: CallLimit = {},
): ProcessGenerator {
  const request: SystemRequest = { type: "terminate", reason };
  const server = serverAt(self, to, request);
  const untilUs = limitUs(self, within);
  const ref = ask(self, server, "system", request, untilUs);
  const down = (yield* self.receive(ref, { untilUs })) as { type: "down"; reason: ExitReason } | undefined;
  if (down === undefined) throw failureOf(self, { ref, server, request: "terminate", untilUs }, undefined);
  if (JSON.stringify(rootCause(down.reason)) !== JSON.stringify(reason)) {
    throw callFailed(String(server), "terminate", down.reason);
  }
}

function request<M, V>(
  self: Self<M>,
  to: Pid | string,
  request: SystemRequest,
  limit: CallLimit | undefined,
): ProcessGenerator<V> {
  return exchange(self, to, "system", request, limit) as ProcessGenerator<V>;
}
