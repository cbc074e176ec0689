/**
 * Addresses of behaviours that know what may be asked there: known to the compiler, and to nobody at run time.
 *
 * What callers may ask is declared as a map of functions, one for each tag:
 *
 *   interface Calls {
 *     add(request: { n: number }): number;     asked with { type: "add", n: 3 }, answered with a number
 *     get(): number;                           asked with { type: "get" }
 *   }
 */
import type { Pid } from "../process/pid.ts";

/** Something with a tag: requests and casts are told apart by it. */
export interface Tagged {
  readonly type: string;
}

/** What a map of calls has to look like. */
export type CallMap<C> = { readonly [T in keyof C]: (request: never) => unknown };

/** The request of one call of the map. */
export type RequestFor<C, T extends keyof C & string> = C[T] extends () => unknown
  ? { readonly type: T }
  : C[T] extends (request: infer Q) => unknown
    ? Readonly<Q> & { readonly type: T }
    : never;

/** Every request of the map. */
export type RequestOf<C> = { [T in keyof C & string]: RequestFor<C, T> }[keyof C & string];

/** What the call with this tag is answered with. */
export type ReplyFor<C, T> = T extends keyof C
  ? C[T] extends (request: never) => infer V
    ? V
    : never
  : never;

/** What request `R` is answered with. */
export type ReplyTo<C, R> = R extends { readonly type: infer T } ? ReplyFor<C, T> : never;

declare const understands: unique symbol;

/** What is understood at an address: calls `C`, casts `K`. Nothing of it exists at run time. */
export interface Understands<C, K> {
  readonly [understands]: { readonly calls: C; readonly casts: (cast: K) => void };
}

/** A process, or the name of one, with what it understands. */
export type Address<C, K = never> = (Pid | string) & Understands<C, K>;

/** A process with what it understands. */
export type ServerPid<C, K = never> = Pid & Understands<C, K>;

/** The address of a process that runs module `M`. */
export type AddressOf<M> = M extends Understood<infer C, infer K> ? Address<C, K> : never;

/** How a module says what its processes understand; never set. */
export interface Understood<C, K> {
  readonly understood?: (calls: C, casts: (cast: K) => void) => void;
}

/** Says of a process, or of a name, that it runs module `M`: `addressOf<typeof counter>("counter")`. */
export function addressOf<M>(to: Pid | string): AddressOf<M> {
  return to as AddressOf<M>;
}
