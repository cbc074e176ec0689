import type { ExitReason } from "../process/exit-reason.ts";
import type { Self } from "../process/self.ts";
import type { DownMessage, ExitMessage } from "../process/signal.ts";
import type { CallMap, ReplyFor, RequestFor, Tagged, Understood } from "./address.ts";
import type { From } from "./exchange.ts";
import type { CallResult, CastResult, InitResult, Waited } from "./handler-result.ts";

/** Of a module's code; whoever takes over a state is told which version made it. */
export type Version = number | string;

/** A handler for each call: gets the state, the request, who asked, and the process. */
export type CallHandlers<S, C, I, N> = {
  readonly [T in keyof C & string]: (
    state: S,
    request: RequestFor<C, T>,
    from: From<ReplyFor<C, T>>,
    self: Self<I>,
  ) => Waited<CallResult<S, ReplyFor<C, T>, N>>;
};

/** A handler for each cast. */
export type CastHandlers<S, K extends Tagged, I, N> = {
  readonly [T in K["type"]]: (
    state: S,
    message: Extract<K, { readonly type: T }>,
    self: Self<I>,
  ) => Waited<CastResult<S, N>>;
};

/**
 * The code of a server: state `S`, calls `C` (a map), casts `K` (a union), other messages `I` (a union),
 * argument of its start `A`, what it continues with `N`.
 *
 * All of the state is in `S`, and `S` is plain data that could be sent: so it can be taken out, looked at,
 * replaced, and given to the next version. Handlers may change it in place; what they give back counts.
 * An error in a handler ends the server, after `terminate`.
 */
export interface ServerModule<
  S,
  C extends CallMap<C>,
  K extends Tagged = never,
  I = never,
  A = undefined,
  N = never,
> extends Understood<C, K> {
  /** For people: the label of its processes. */
  readonly name: string;
  readonly version: Version;
  /** Runs in the new process; who starts it waits for its end. An error is a failed start. */
  init(args: A, self: Self<I>): Waited<InitResult<S, N>>;
  readonly handleCall: CallHandlers<S, C, I, N>;
  readonly handleCast: CastHandlers<S, K, I, N>;
  /** Everything that is neither call nor cast. Without it such messages are counted as stray. */
  handleInfo?(state: S, message: I | DownMessage | ExitMessage, self: Self<I>): Waited<CastResult<S, N>>;
  /** Nothing came for `idleMs`. */
  handleIdle?(state: S, self: Self<I>): Waited<CastResult<S, N>>;
  /** The last handler said `continue`. */
  handleContinue?(state: S, value: N, self: Self<I>): Waited<CastResult<S, N>>;
  /** The last that runs; not when the process is killed, nor when an exit signal ends it that it does not trap. */
  terminate?(reason: ExitReason, state: S, self: Self<I>): Waited<void>;
  /** Makes its state of the state of another version. Without it the state is taken as it is. */
  codeChange?(oldVersion: Version, state: unknown): S;
  /**
   * Makes the state of an older version of its own: asked after each message while this version is on trial, so that
   * a roll-back has the old one go on from there. Without it a roll-back goes back to the state at the hand-over,
   * unless there is no `codeChange` either: then both versions have the same state.
   */
  codeChangeBack?(oldVersion: Version, state: S): unknown;
}
