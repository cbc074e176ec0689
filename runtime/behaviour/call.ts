/**
 * What a client does with a server: call, cast, and answers later than the handler.
 */
import type { ProcessGenerator } from "../process/process.ts";
import type { Self } from "../process/self.ts";
import type { Address, ReplyTo, RequestOf } from "./address.ts";
import { type CallLimit, exchange } from "./exchange.ts";

/**
 * `const sum = yield* call(self, counter, { type: "add", n: 2 })`: asks, and waits for the reply.
 *
 * The request is due by the limit, or by the deadline of the work at hand if that is nearer. Throws `CallError`
 * (timeout, noproc, noconnection, exited), `TypeError` when a process calls itself or asks what the server
 * does not understand, `UncopyableError`.
 */
export function call<M, C, const R extends RequestOf<C>>(
  self: Self<M>,
  to: Address<C>,
  request: R,
  limit?: CallLimit,
): ProcessGenerator<ReplyTo<C, R>> {
  return exchange(self, to, "call", request, limit) as ProcessGenerator<ReplyTo<C, R>>;
}

/** Sends without waiting. For the dead, and for a name nobody has, it has no effect. */
export function cast<M, C, K>(self: Self<M>, to: Address<C, K>, message: K): void {
  self.send(to, { type: "cast", message });
}
