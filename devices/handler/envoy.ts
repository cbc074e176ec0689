/**
 * Speaks for a controller with a process of another board. A controller's own pid takes commands, orders and what its keeper
 * tells it, from whoever has it: so it stays on the board, and the other side is given the pid of this process, which takes
 * nothing but words of the one conversation.
 */
import { exitWith } from "../../runtime/behaviour/start.ts";
import { type Pid, randomKey } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { DownMessage } from "../../runtime/process/signal.ts";
import type { Heard, Talker } from "../../runtime/protocol/conversation.ts";
import type { TalkMessage } from "../../runtime/protocol/conversation-messages.ts";
import type { Protocol } from "../../runtime/protocol/declare-protocol.ts";
import { isForeignMessage } from "../../runtime/protocol/foreign-message.ts";
import { openConversation } from "../../runtime/protocol/open-conversation.ts";
import type { MessageOf, ProtocolSpec, Side } from "../../runtime/protocol/protocol.ts";

/** From the controller: say that. `key` is known to the two only. */
interface SayMessage {
  readonly type: "say";
  readonly key: string;
  readonly message: unknown;
}

/** To the controller: what was said, or that the conversation is over. */
export interface HeardMessage {
  readonly type: "heard";
  readonly key: string;
  readonly heard: unknown;
}

/** What a message may have, whoever it is of. */
type Taken = { readonly [K in "type" | "key" | "heard" | "ref"]?: unknown };

/** A conversation that an envoy holds, used like one that the controller would hold itself. */
export class Envoy<P extends ProtocolSpec, S extends Side<P>> {
  readonly #self: Talker;
  readonly #key = randomKey();
  readonly #pid: Pid;
  /** The other side has its pid, and may end it. */
  readonly #watch: number;
  #over = false;

  constructor(self: Talker, protocol: Protocol<P>, side: S, peer: Pid) {
    this.#self = self;
    const body = speaks(protocol, side, peer, self.pid, this.#key);
    this.#pid = self.spawn(body, [], { label: `envoy to ${peer.board}` });
    this.#watch = self.monitor(this.#pid);
  }

  /** Nothing more will be heard. */
  get over(): boolean {
    return this.#over;
  }

  /** As `Conversation.send`; a message that breaks the contract ends the envoy. */
  send(message: MessageOf<P, S>, options?: { readonly deadlineUs: number }): void {
    const say: SayMessage = { type: "say", key: this.#key, message };
    this.#self.send(this.#pid, say, options);
  }

  /** As `Conversation.take`. */
  take(message: unknown): Heard<P, S> | undefined {
    const { type, key, heard, ref } = (message ?? {}) as Taken;
    if (type === "down" && ref === this.#watch && !this.#over) {
      this.#over = true;
      return message as DownMessage;
    }
    if (type !== "heard" || key !== this.#key) return undefined;
    this.#over ||= (heard as DownMessage).type === "down";
    return heard as Heard<P, S>;
  }
}

function speaks<P extends ProtocolSpec, S extends Side<P>>(
  protocol: Protocol<P>,
  side: S,
  peer: Pid,
  owner: Pid,
  key: string,
) {
  return function* envoy(self: Self<TalkMessage | SayMessage>): ProcessGenerator {
    const talk = openConversation(self, protocol, side, peer);
    const watch = self.monitor(owner);
    while (!talk.over) {
      const message = yield* self.receive();
      if (isSaid(message, key)) talk.send(message.message as MessageOf<P, S>);
      if (!isForeignMessage(message)) continue;
      // It has ended, and so does this: the other side hears why.
      if (message.type === "down" && message.ref === watch) {
        exitWith(self, message.reason);
        return;
      }
      const heard = talk.take(message);
      if (heard !== undefined) self.send(owner, { type: "heard", key, heard } satisfies HeardMessage);
    }
  };
}

function isSaid(message: unknown, key: string): message is SayMessage {
  const said = message as Partial<SayMessage> | null | undefined;
  return said?.type === "say" && said.key === key;
}
