/**
 * One party's view of a conversation: the state that it is in as far as this party knows. Who says something
 * is in the next state at once; the other party is when it hears it.
 *
 * Pure: no processes, no clock. Cost of a step: two map look-ups and the fields; nothing is allocated for a
 * message that is right.
 */
import type { CompiledState, Protocol, SideNumber } from "./declare-protocol.ts";
import type { Misfit } from "./schema-check.ts";

/** How a message breaks the contract, before anybody is blamed. */
export interface Breach {
  readonly kind: /** No message of this side has such a tag in this state. */
    | "notAllowed"
    /** A field is wrong. */
    | "misfit"
    /** The conversation is over. */
    | "over";
  readonly state: string;
  readonly message: string;
  /** Place of the wrong field. */
  readonly path?: string;
  readonly found: string;
  readonly allowed: string;
}

export class View {
  readonly #protocol: Protocol;
  #state: CompiledState;

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
    this.#state = protocol.start;
  }

  get state(): CompiledState {
    return this.#state;
  }

  /** Goes on in a state that another view was in. Throws `RangeError` for one that the protocol does not have. */
  goOnIn(name: string): void {
    const state = this.#protocol.states.get(name);
    if (state === undefined) throw new RangeError(`${this.#protocol.spec.name} has no state "${name}"`);
    this.#state = state;
  }

  /** `side` says this. Moves on when it may; else stays and tells why not. */
  step(side: SideNumber, message: unknown): Breach | undefined {
    const state = this.#state;
    const tag = tagOf(message);
    const allowed = tag === undefined ? undefined : state.may[side].get(tag);
    if (allowed === undefined) return this.#notAllowed(side, tag);
    const misfit = allowed.check(message);
    if (misfit !== undefined) return wrongField(state.name, tag!, misfit);
    this.#state = allowed.next;
    return undefined;
  }

  /** In words: `answer (meter)`; who may say what now. */
  allowed(): string {
    const { sides } = this.#protocol.spec;
    const lists = ([0, 1] as const).flatMap((side) =>
      [...this.#state.may[side].keys()].map((tag) => `${tag} (${sides[side]})`),
    );
    return lists.length === 0 ? "nothing" : lists.join(", ");
  }

  #notAllowed(side: SideNumber, tag: string | undefined): Breach {
    const { name, final } = this.#state;
    const message = tag ?? "(no tag)";
    const found = `${message} (${this.#protocol.spec.sides[side]})`;
    return { kind: final ? "over" : "notAllowed", state: name, message, found, allowed: this.allowed() };
  }
}

function wrongField(state: string, message: string, { path, found, allowed }: Misfit): Breach {
  return { kind: "misfit", state, message, path: `message${path}`, found, allowed };
}

function tagOf(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const tag = (message as { readonly type?: unknown }).type;
  return typeof tag === "string" ? tag : undefined;
}
