/** What conversations say to each other beside the messages of their protocol. No logic. */
import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";

/** Begins a conversation: whoever serves accepts it with `Conversation.accept`. */
export interface ConverseMessage {
  readonly type: "converse";
  readonly protocol: string;
  readonly digest: string;
  /** The side that the opener takes. */
  readonly side: string;
  /** 128 bits that every message of this conversation carries: who was not told them cannot speak in it. */
  readonly talk: string;
  readonly from: Pid;
  /** Gives evidence of the opener, when time limits oblige it. */
  readonly witness?: Pid;
}

/** Back to the opener, when time limits oblige the one who accepted. */
export interface ConversedMessage {
  readonly type: "conversed";
  readonly talk: string;
  readonly witness: Pid;
}

/** A message of the protocol on its way. */
export interface SaidMessage {
  readonly type: "said";
  readonly talk: string;
  /** 1, 2, 3 ... from each side: a gap shows what was lost. */
  readonly seq: number;
  readonly message: unknown;
}

/** One side does not go on. */
export interface HangUpMessage {
  readonly type: "hangUp";
  readonly talk: string;
  readonly reason: ExitReason;
}

/** All that a process has to pass on to `Conversation.take` or `Conversations`. */
export type TalkMessage = ConverseMessage | ConversedMessage | SaidMessage | HangUpMessage | TestimonyMessage;

/** To a witness: a time limit has passed. */
export interface TestifyMessage {
  readonly type: "testify";
  readonly talk: string;
  readonly from: Pid;
  /** Comes back with the testimony: one that is late answers no other question. */
  readonly question: number;
  /** Number of the last message that was sent to the party. */
  readonly said: number;
}

/** What a witness knows of the party in its cell. */
export interface TestimonyMessage {
  readonly type: "testimony";
  readonly talk: string;
  readonly question: number;
  /** Number of the last message that the party has said: all of them have come before this, or are lost. */
  readonly spoke: number;
  /** The last message is neither with the party nor in its mailbox. */
  readonly lost: boolean;
  /** How long the party has had it and said nothing, as far as is known for certain, of its own time, us. */
  readonly ownUs: number;
  /** How long the party was runnable and others ran, since it last spoke, us. */
  readonly readyUs: number;
}
