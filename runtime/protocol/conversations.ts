/**
 * All conversations that one process holds in one protocol and role: a server's. The process receives by
 * itself and passes on what it gets; what belongs to a conversation comes back with it.
 */
import type { ExitReason } from "../process/exit-reason.ts";
import type { DownMessage } from "../process/signal.ts";
import type { Conversation, ConversationOptions, Heard, Talker, TalkSnapshot } from "./conversation.ts";
import type { ConverseMessage } from "./conversation-messages.ts";
import type { Protocol } from "./declare-protocol.ts";
import { acceptConversation, continuedConversation } from "./open-conversation.ts";
import type { ProtocolSpec, Side } from "./protocol.ts";

/** Something heard, and in which conversation. */
export interface HeardIn<P extends ProtocolSpec, S extends Side<P>> {
  readonly talk: Conversation<P, S>;
  readonly heard: Heard<P, S>;
}

export class Conversations<P extends ProtocolSpec, S extends Side<P>> {
  readonly #self: Talker;
  readonly #protocol: Protocol<P>;
  readonly #side: S;
  readonly #options: ConversationOptions;
  readonly #byKey = new Map<string, Conversation<P, S>>();
  readonly #byRef = new Map<number, Conversation<P, S>>();

  constructor(self: Talker, protocol: Protocol<P>, side: S, options: ConversationOptions = {}) {
    this.#self = self;
    this.#protocol = protocol;
    this.#side = side;
    this.#options = options;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** When `expire` has something to do, us. */
  get dueUs(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { dueUs } of this.#byKey.values()) if (dueUs < due) due = dueUs;
    return due;
  }

  /** Is this the beginning of a conversation in this protocol? Others' are left to others. */
  isFor(opening: ConverseMessage): boolean {
    return opening.protocol === this.#protocol.spec.name;
  }

  /** `undefined` when it cannot be held: another version, of which the opener is told, or the key of one that is held. */
  accept(opening: ConverseMessage): Conversation<P, S> | undefined {
    if (this.#byKey.has(opening.talk)) return undefined;
    const talk = acceptConversation(this.#self, this.#protocol, this.#side, opening, this.#options);
    if (talk === undefined) return undefined;
    this.#byKey.set(talk.key, talk);
    this.#byRef.set(talk.ref, talk);
    return talk;
  }

  /** All of them as data, for the next version of this process' code. Throws as `Conversation.snapshot`. */
  snapshot(): TalkSnapshot[] {
    return [...this.#byKey.values()].map((talk) => talk.snapshot());
  }

  /** Goes on with what another version of this code, or this one before a trial, has left. */
  goOn(talks: readonly TalkSnapshot[]): void {
    this.#byKey.clear();
    this.#byRef.clear();
    for (const goesOn of talks) {
      const talk = continuedConversation(this.#self, this.#protocol, this.#side, goesOn, this.#options);
      this.#byKey.set(talk.key, talk);
      this.#byRef.set(talk.ref, talk);
    }
  }

  find(key: string): Conversation<P, S> | undefined {
    return this.#byKey.get(key);
  }

  /** `undefined` when the message is of no conversation, or only for the conversation itself. */
  take(message: unknown): HeardIn<P, S> | undefined {
    const { talk: key, type, ref } = message as Partial<DownMessage> & { readonly talk?: unknown };
    const talk =
      typeof key === "string" ? this.#byKey.get(key) : type === "down" ? this.#byRef.get(ref!) : undefined;
    return talk === undefined ? undefined : this.#heard(talk, talk.take(message));
  }

  /** Does not go on with one of them: as `Conversation.close`, and it is forgotten. */
  close(talk: Conversation<P, S>, reason?: ExitReason): void {
    talk.close(reason);
    this.#forget(talk);
  }

  /** Peers that had to be stopped because they were too late; see `Conversation.expire`. */
  expire(): HeardIn<P, S>[] {
    return [...this.#byKey.values()].flatMap((talk) => this.#heard(talk, talk.expire()) ?? []);
  }

  #heard(talk: Conversation<P, S>, heard: Heard<P, S> | undefined): HeardIn<P, S> | undefined {
    if (talk.over) this.#forget(talk);
    return heard === undefined ? undefined : { talk, heard };
  }

  #forget({ key, ref }: Conversation<P, S>): void {
    this.#byKey.delete(key);
    this.#byRef.delete(ref);
  }
}
