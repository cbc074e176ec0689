/**
 * One request and its answer: what `call` and the system requests have in common.
 *
 * The caller watches the server, and the answer comes by that watch: it is delivered only while the watch is
 * open, and closes it. So an answer is never taken for another, one that comes too late goes nowhere, it takes
 * no place in the caller's mailbox, and the end of the server is an answer, too.
 */
import { Pid, samePid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import { CallError, callFailed, RefusedError } from "./call-error.ts";

declare const answers: unique symbol;

/** Who asked: whoever has it can `reply`, once, with a `V`. Plain data, may be kept in a state or sent. */
export interface From<V = never> {
  readonly from: Pid;
  readonly ref: number;
  readonly [answers]?: (value: V) => void;
}

/** `call`: for the module. `system`: for the behaviour that runs it. */
export interface RequestMessage extends From<unknown> {
  readonly type: "call" | "system";
  readonly request: unknown;
}

/** What comes back by the alias. */
export type Answer =
  | { readonly type: "reply"; readonly ref: number; readonly value: unknown }
  /** Without a code the server does not understand such a request: a defect of the caller. */
  | { readonly type: "refused"; readonly ref: number; readonly why: string; readonly code?: string }
  /** The request had passed its deadline before it was looked at. */
  | { readonly type: "expired"; readonly ref: number };

export interface CallLimit {
  /** Longest wait for the reply, ms. Default 5000; `Infinity` waits for ever. */
  readonly within?: number;
}

/** Longest wait for a reply unless the caller says otherwise, ms. OTP's. */
const DEFAULT_LIMIT_MS = 5000;
const NO_LIMIT: CallLimit = {};
const NEVER = Number.POSITIVE_INFINITY;

/** A request under way. */
export interface Pending {
  readonly ref: number;
  readonly server: Pid;
  readonly request: string;
  /** When its limit is reached, us. */
  readonly untilUs: number;
}

/** Sends a request and waits for the answer; costs one level of `yield*`. Errors as `call`. */
export function* exchange<M>(
  self: Self<M>,
  to: Pid | string,
  type: RequestMessage["type"],
  request: unknown,
  { within = DEFAULT_LIMIT_MS }: CallLimit = NO_LIMIT,
): ProcessGenerator<unknown> {
  const server = serverAt(self, to, request);
  const untilUs = limitUs(self, within);
  const ref = ask(self, server, type, request, untilUs);
  const answer = (yield* self.receive(ref, { untilUs })) as AnswerOrDown | undefined;
  if (answer?.type === "reply") return answer.value;
  throw failureOf(self, { ref, server, request: tagOf(request) ?? "?", untilUs }, answer);
}

type AnswerOrDown =
  | Answer
  | { readonly type: "down"; readonly reason: import("../process/exit-reason.ts").ExitReason };

/** Why there is no reply. Closes the watch of a request that ran out of time. */
export function failureOf<M>(self: Self<M>, pending: Pending, answer: AnswerOrDown | undefined): Error {
  const { ref, server, request } = pending;
  if (answer?.type === "down") return callFailed(String(server), request, answer.reason);
  if (answer?.type === "refused") {
    if (answer.code !== undefined) return new RefusedError(answer.code, answer.why);
    return new TypeError(`${server} refuses "${request}": ${answer.why}`);
  }
  if (answer === undefined) self.demonitor(ref);
  return new CallError("timeout", String(server), request);
}

/** The process behind an address. Throws `CallError` noproc for a name nobody has, `TypeError` for oneself. */
export function serverAt<M>(self: Self<M>, to: Pid | string, request: unknown): Pid {
  const server = typeof to === "string" ? self.whereis(to) : to;
  if (server === undefined) throw new CallError("noproc", `"${to}"`, tagOf(request) ?? "?");
  if (samePid(server, self.pid))
    throw new TypeError(`calling_self: ${server} would wait for itself for ever`);
  return server;
}

/** When a limit that starts now is reached, us. */
export function limitUs<M>(self: Self<M>, within = DEFAULT_LIMIT_MS): number {
  if (!(within >= 0)) throw new RangeError(`a call's limit is 0 ms or more, not ${within}`);
  return self.nowUs() + within * 1000;
}

/** Watches the server and sends it the request; gives the ref by which the answer comes. */
export function ask<M>(
  self: Self<M>,
  server: Pid,
  type: RequestMessage["type"],
  request: unknown,
  untilUs: number,
): number {
  // Work that is late already lends no deadline: its request would be past it before it is looked at.
  const ownUs = self.deadlineUs;
  const deadlineUs = ownUs < untilUs && ownUs > self.nowUs() ? ownUs : untilUs;
  const ref = self.monitor(server);
  try {
    self.send(server, { type, from: self.pid, ref, request }, { deadlineUs });
  } catch (error) {
    self.demonitor(ref);
    throw error;
  }
  return ref;
}

/** Answers a request. Whoever has waited too long, and whoever was answered before, gets nothing. */
export function reply<M, V>(self: Self<M>, from: From<V>, value: V): void {
  answer(self, from as From<unknown>, { type: "reply", ref: from.ref, value });
}

/**
 * Refuses a request. Without `code` it is not understood, and the caller has the fault: `TypeError` there; with
 * one it is not done: `RefusedError`.
 */
export function refuse<M>(self: Self<M>, from: From, why: string, code?: string): void {
  const { ref } = from;
  answer(
    self,
    from,
    code === undefined ? { type: "refused", ref, why } : { type: "refused", ref, why, code },
  );
}

/** Tells the caller that its request came too late to be looked at. */
export function expire<M>(self: Self<M>, from: From): void {
  answer(self, from, { type: "expired", ref: from.ref });
}

function answer<M>(self: Self<M>, { from, ref }: From<never>, message: Answer): void {
  self.send(from, message, { alias: ref });
}

/** True for a request whose deadline is over; reads the clock only when it has one. */
export function isPast<M>(self: Self<M>, deadlineUs: number): boolean {
  return deadlineUs !== NEVER && deadlineUs <= self.nowUs();
}

/** Is it a request that can be answered? What others send may be anything. */
export function isRequest(message: object): message is RequestMessage {
  const { from, ref } = message as Partial<RequestMessage>;
  return from instanceof Pid && typeof ref === "number";
}

/** The tag of a request or cast; `undefined` for what has none. */
export function tagOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { type } = value as { type?: unknown };
  return typeof type === "string" ? type : undefined;
}
