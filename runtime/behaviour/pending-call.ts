/**
 * Calls in two parts: ask now, wait later, or wait for whichever of several answers first.
 *
 * Who asks and then forgets keeps a watch on the server open: `abandon` what is not waited for.
 */
import type { Pid } from "../process/pid.ts";
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { Address, ReplyTo, RequestOf } from "./address.ts";
import { ask, type CallLimit, failureOf, limitUs, type Pending, serverAt, tagOf } from "./exchange.ts";

declare const awaits: unique symbol;

/** A call under way whose reply is a `V`. */
export interface PendingCall<V> extends Pending {
  readonly [awaits]?: V;
}

/** What became of one of several calls. */
export interface Settled<V> {
  readonly call: PendingCall<V>;
  readonly result: { readonly reply: V } | { readonly error: Error };
}

/** Asks, and does not wait. The limit starts now. Errors as `call`, as far as they show at once. */
export function sendRequest<M, C, const R extends RequestOf<C>>(
  self: Self<M>,
  to: Address<C>,
  request: R,
  { within }: CallLimit = {},
): PendingCall<ReplyTo<C, R>> {
  const server = serverAt(self, to, request);
  const untilUs = limitUs(self, within);
  return {
    ref: ask(self, server, "call", request, untilUs),
    server,
    request: tagOf(request) ?? "?",
    untilUs,
  };
}

/** Waits for the reply, to the limit of the call. Errors as `call`. */
export function* awaitReply<M, V>(self: Self<M>, pending: PendingCall<V>): ProcessGenerator<V> {
  const answer = (yield* self.receive(pending.ref, pending)) as AnswerTo | undefined;
  if (answer?.type === "reply") return answer.value as V;
  throw failureOf(self, pending, answer);
}

/**
 * Waits for the first of `calls` that is answered or has failed. `undefined` when `within` ms passed before:
 * then all of them are still under way. Throws `RangeError` when there are none.
 */
export function* awaitAny<M, V>(
  self: Self<M>,
  calls: readonly PendingCall<V>[],
  { within = Number.POSITIVE_INFINITY }: CallLimit = {},
): ProcessGenerator<Settled<V> | undefined> {
  if (calls.length === 0) throw new RangeError("there is no call to wait for");
  const mineUs = self.nowUs() + within * 1000;
  const first = calls.reduce((a, b) => (b.untilUs < a.untilUs ? b : a));
  const one = (message: unknown) =>
    calls.some(({ ref }) => (message as Partial<AnswerTo> | null)?.ref === ref) && isAnswer(message);
  const answer = (yield* (self as unknown as Self<AnswerTo>).receive(one, {
    untilUs: Math.min(mineUs, first.untilUs),
  })) as AnswerTo | undefined;
  if (answer?.type === "reply") {
    return { call: callOf(calls, answer), result: { reply: answer.value as V } };
  }
  if (answer !== undefined) {
    const of = callOf(calls, answer);
    return { call: of, result: { error: failureOf(self, of, answer) } };
  }
  if (mineUs < first.untilUs) return undefined;
  return { call: first, result: { error: failureOf(self, first, undefined) } };
}

/**
 * Asks all of them the same and waits for all replies, to one common limit.
 * Who failed is in `errors`; a name nobody has fails with noproc.
 */
export function* callAll<M, C, const R extends RequestOf<C>>(
  self: Self<M>,
  servers: readonly Address<C>[],
  request: R,
  limit?: CallLimit,
): ProcessGenerator<{ replies: Map<Address<C>, ReplyTo<C, R>>; errors: Map<Address<C>, Error> }> {
  const replies = new Map<Address<C>, ReplyTo<C, R>>();
  const errors = new Map<Address<C>, Error>();
  const asked: [Address<C>, PendingCall<ReplyTo<C, R>>][] = [];
  for (const server of servers) {
    try {
      asked.push([server, sendRequest(self, server, request, limit)]);
    } catch (error) {
      errors.set(server, error as Error);
    }
  }
  for (const [server, pending] of asked) {
    try {
      replies.set(server, yield* awaitReply(self, pending));
    } catch (error) {
      errors.set(server, error as Error);
    }
  }
  return { replies, errors };
}

/** No longer interested: a reply that came, or will come, goes nowhere. */
export function abandon<M>(self: Self<M>, pending: Pending): void {
  self.demonitor(pending.ref);
}

type AnswerTo = Exclude<Parameters<typeof failureOf>[2], undefined> & {
  readonly ref: number;
  readonly pid?: Pid;
};

function isAnswer(message: unknown): boolean {
  const tag = tagOf(message);
  return tag === "reply" || tag === "down" || tag === "refused" || tag === "expired";
}

function callOf<V>(calls: readonly PendingCall<V>[], { ref }: AnswerTo): PendingCall<V> {
  return calls.find((call) => call.ref === ref)!;
}
