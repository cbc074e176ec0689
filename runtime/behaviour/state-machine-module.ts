import type { ExitReason } from "../process/exit-reason.ts";
import type { Self } from "../process/self.ts";
import type { DownMessage, ExitMessage } from "../process/signal.ts";
import type { ReplyFor, RequestFor, RequestOf, Tagged, Understood } from "./address.ts";
import type { From } from "./exchange.ts";
import type { NotStarted, Waited } from "./handler-result.ts";
import type { Version } from "./server-module.ts";

/** What a state machine is made of; all but the first two may be left out. */
export interface MachineTypes {
  /** The names of its states. */
  readonly state: string;
  /** What it knows beside its state. Plain data. */
  readonly data: unknown;
  /** A map of calls, as a server's. */
  readonly calls?: object;
  readonly casts?: Tagged;
  /** Other messages. */
  readonly info?: unknown;
  /** Events it sends itself. */
  readonly internal?: unknown;
  /** Names of time limits beside the state's and the event's. */
  readonly limits?: string;
  /** Argument of `init`. */
  readonly args?: unknown;
}

export type CallsOf<T> = T extends { readonly calls: infer C } ? C : Record<never, never>;
export type CastsOf<T> = T extends { readonly casts: infer K extends Tagged } ? K : never;
export type InfoOf<T> = T extends { readonly info: infer I } ? I : never;
export type ArgsOf<T> = T extends { readonly args: infer A } ? A : undefined;
type InternalOf<T> = T extends { readonly internal: infer E } ? E : never;
type LimitsOf<T> = T extends { readonly limits: infer L extends string } ? L : never;

/**
 * Sets, changes or cancels a time limit. 0 ms is reached before any message is received. `update` changes what
 * it carries, not when; where none runs it sets one that is reached at once.
 */
export type LimitAction =
  | { readonly ms: number; readonly content?: unknown }
  | { readonly untilUs: number; readonly content?: unknown }
  | { readonly update: unknown }
  | "cancel";

/** An event as the machine keeps it: put off, or sent to itself before all others. */
export type MachineEvent<T extends MachineTypes = MachineTypes> =
  | ({ readonly type: "call"; readonly request: RequestOf<CallsOf<T>> } & From<never>)
  | { readonly type: "cast"; readonly message: CastsOf<T> }
  | { readonly type: "info"; readonly message: InfoOf<T> | DownMessage | ExitMessage }
  | { readonly type: "internal"; readonly event: InternalOf<T> }
  | { readonly type: "stateLimit"; readonly content: unknown }
  | { readonly type: "eventLimit"; readonly content: unknown }
  | { readonly type: "limit"; readonly name: LimitsOf<T>; readonly content: unknown };

/** What may be said in every state, also on entering one. Limits take effect in the order they are written. */
export interface EnterStep<T extends MachineTypes> {
  /** Without it the data stay. */
  readonly data?: T["data"];
  /** For this state: ends with it. */
  readonly stateLimit?: LimitAction;
  /** Until the next event, whatever it is. */
  readonly eventLimit?: LimitAction;
  /** By name: last until they are reached or cancelled. */
  readonly limits?: { readonly [L in LimitsOf<T>]?: LimitAction };
  /** Enters the present state again. */
  readonly repeat?: true;
  readonly stop?: ExitReason;
}

/** What a handler says; `undefined` keeps everything as it is. */
export interface Step<T extends MachineTypes> extends EnterStep<T> {
  /** The next state; without it, or when it is the present one, the state stays. */
  readonly next?: T["state"];
  /** The event is put off until the state changes, and comes first then. */
  readonly postpone?: true;
  /** Events handled before all others, in this order. */
  readonly events?: readonly MachineEvent<T>[];
}

/** Without `reply` somebody answers later by `reply(self, from, value)`. */
export interface CallStep<T extends MachineTypes, V> extends Step<T> {
  readonly reply?: V;
}

type Said<S> = Waited<S | undefined> | Waited<void>;

/** What a state does with each event. The last argument is the name of the present state. */
export interface StateHandlers<T extends MachineTypes> {
  /** The state was entered: from another, or again, or at the start (`from` is itself then). */
  enter?(data: T["data"], from: T["state"], self: Self<InfoOf<T>>, state: T["state"]): Said<EnterStep<T>>;
  readonly call?: {
    readonly [G in keyof CallsOf<T> & string]?: (
      data: T["data"],
      request: RequestFor<CallsOf<T>, G>,
      from: From<ReplyFor<CallsOf<T>, G>>,
      self: Self<InfoOf<T>>,
      state: T["state"],
    ) => Said<CallStep<T, ReplyFor<CallsOf<T>, G>>>;
  };
  readonly cast?: {
    readonly [G in CastsOf<T>["type"]]?: (
      data: T["data"],
      message: Extract<CastsOf<T>, { readonly type: G }>,
      self: Self<InfoOf<T>>,
      state: T["state"],
    ) => Said<Step<T>>;
  };
  info?(
    data: T["data"],
    message: InfoOf<T> | DownMessage | ExitMessage,
    self: Self<InfoOf<T>>,
    state: T["state"],
  ): Said<Step<T>>;
  internal?(data: T["data"], event: InternalOf<T>, self: Self<InfoOf<T>>, state: T["state"]): Said<Step<T>>;
  stateLimit?(data: T["data"], content: unknown, self: Self<InfoOf<T>>, state: T["state"]): Said<Step<T>>;
  eventLimit?(data: T["data"], content: unknown, self: Self<InfoOf<T>>, state: T["state"]): Said<Step<T>>;
  readonly limit?: {
    readonly [L in LimitsOf<T>]?: (
      data: T["data"],
      content: unknown,
      self: Self<InfoOf<T>>,
      state: T["state"],
    ) => Said<Step<T>>;
  };
}

/** What the machine is at a point in time, for `codeChange`. */
export interface MachinePlace<S = string, D = unknown> {
  readonly state: S;
  readonly data: D;
}

/** The first place, and what a step may say beside. */
export interface FirstStep<T extends MachineTypes>
  extends Omit<Step<T>, "next" | "postpone" | "repeat" | "stop"> {
  readonly state: T["state"];
  readonly data: T["data"];
}

/**
 * The code of a state machine. An event that the present state has no handler for goes to `common`; when that
 * has none either, the machine has a hole and crashes, except for other messages, which are counted as stray,
 * and for calls and casts that no state knows, which are the sender's fault.
 */
export interface StateMachineModule<T extends MachineTypes> extends Understood<CallsOf<T>, CastsOf<T>> {
  /** For people: the label of its processes. */
  readonly name: string;
  readonly version: Version;
  init(args: ArgsOf<T>, self: Self<InfoOf<T>>): Waited<FirstStep<T> | NotStarted>;
  readonly states: { readonly [S in T["state"]]: StateHandlers<T> };
  readonly common?: Omit<StateHandlers<T>, "enter">;
  /** Events put off that are kept at most; the newest beyond is dropped and counted. Default 1000. */
  readonly postponedCapacity?: number;
  /** The last that runs; not when the process is killed, nor when an exit signal ends it that it does not trap. */
  terminate?(reason: ExitReason, state: T["state"], data: T["data"], self: Self<InfoOf<T>>): Waited<void>;
  /** Makes its place of the place of another version; events put off and time limits go with it. */
  codeChange?(oldVersion: Version, place: MachinePlace): MachinePlace<T["state"], T["data"]>;
  /** The other way, for a roll-back while this version is on trial: as `ServerModule.codeChangeBack`. */
  codeChangeBack?(oldVersion: Version, place: MachinePlace<T["state"], T["data"]>): MachinePlace;
}
