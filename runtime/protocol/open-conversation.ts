/** How a conversation begins: one party opens it, the other finds a `converse` message and accepts. */
import { type Pid, randomKey } from "../process/pid.ts";
import { Conversation, type ConversationOptions, type Talker, type TalkSnapshot } from "./conversation.ts";
import type { ConversedMessage, ConverseMessage, HangUpMessage } from "./conversation-messages.ts";
import type { Protocol } from "./declare-protocol.ts";
import type { ProtocolSpec, Side } from "./protocol.ts";

/** Begins one: the peer finds a `converse` message before everything that is said. */
export function openConversation<P extends ProtocolSpec, S extends Side<P>>(
  self: Talker,
  protocol: Protocol<P>,
  side: S,
  peer: Pid,
  options: ConversationOptions = {},
): Conversation<P, S> {
  const place = { peer, key: randomKey(), witness: undefined };
  const talk = new Conversation(self, protocol, side, place, options);
  const opening: ConverseMessage = {
    type: "converse",
    protocol: protocol.spec.name,
    digest: protocol.digest,
    side,
    talk: talk.key,
    from: self.pid,
    ...(talk.witness === undefined ? {} : { witness: talk.witness }),
  };
  self.send(peer, opening);
  return talk;
}

/** Goes on with one that another version of this process' code, or this one before a trial, has left. */
export function continuedConversation<P extends ProtocolSpec, S extends Side<P>>(
  self: Talker,
  protocol: Protocol<P>,
  side: S,
  goesOn: TalkSnapshot,
  options: ConversationOptions = {},
): Conversation<P, S> {
  const { peer, key } = goesOn;
  return new Conversation(self, protocol, side, { peer, key, witness: undefined, goesOn }, options);
}

/**
 * Takes part in one that somebody began. `undefined` when it is about another protocol, or another version of
 * this one: then the opener is told so by a `down`, and nobody is stopped.
 */
export function acceptConversation<P extends ProtocolSpec, S extends Side<P>>(
  self: Talker,
  protocol: Protocol<P>,
  side: S,
  opening: ConverseMessage,
  options: ConversationOptions = {},
): Conversation<P, S> | undefined {
  const { from: peer, talk: key, witness } = opening;
  if (opening.digest !== protocol.digest || opening.side === side) {
    const ours = `${protocol.spec.name} (${protocol.digest}) with another in the role of ${side}`;
    const theirs = `${opening.protocol} (${opening.digest}) in the role of ${opening.side}`;
    const refusal: HangUpMessage = {
      type: "hangUp",
      talk: key,
      reason: { shutdown: `speaks ${ours}, not ${theirs}` },
    };
    self.send(peer, refusal);
    return undefined;
  }
  const talk = new Conversation(self, protocol, side, { peer, key, witness }, options);
  if (talk.witness !== undefined) {
    const conversed: ConversedMessage = { type: "conversed", talk: key, witness: talk.witness };
    self.send(peer, conversed);
  }
  return talk;
}
