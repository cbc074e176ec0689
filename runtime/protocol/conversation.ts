/**
 * A conversation between two processes that speak a protocol, as one of them holds it: checks what it says
 * before that leaves, and what it hears before its code sees it.
 *
 *   const talk = openConversation(self, meter, "client", server);
 *   talk.send({ type: "ask", channel: 2 });
 *   const answer = yield* talk.receive();          // a message of the meter's side, or `down`
 *
 * Who is about to say something wrong dies of it with the report, before it leaves. Who has said it in spite
 * of that (it uses no checker) is stopped by the one who hears it, which then sees a `down` with the report.
 * A message belongs to the conversation by its key, so nobody else can speak in it and nobody is blamed for
 * another's words; its number shows what was lost, for which no party is blamed.
 *
 * Time limits that oblige the other side are watched while this side waits in `receive`, or by `expire`.
 */

import type { ExitReason } from "../process/exit-reason.ts";
import type { Pid } from "../process/pid.ts";
import { BAND } from "../process/process.ts";
import type { Self, Waiting, WaitLimit } from "../process/self.ts";
import type { DownMessage } from "../process/signal.ts";
import { ContractError } from "./contract-error.ts";
import { type ContractReport, contractReport, lateReport, lostReport } from "./contract-report.ts";
import type {
  ConversedMessage,
  HangUpMessage,
  SaidMessage,
  TestimonyMessage,
} from "./conversation-messages.ts";
import type { CompiledState, Protocol, SideNumber } from "./declare-protocol.ts";
import { Ledger } from "./ledger.ts";
import { PeerWatch } from "./peer-watch.ts";
import type { MessageOf, OtherSide, ProtocolSpec, Side } from "./protocol.ts";
import { stopParty } from "./stop-party.ts";
import { TalkWait } from "./talk-wait.ts";
import type { Blame } from "./time-limit.ts";
import { View } from "./view.ts";
import { witness } from "./witness.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** What a conversation needs of its process. */
export type Talker = Pick<
  Self,
  "pid" | "nowUs" | "send" | "spawn" | "exit" | "monitor" | "demonitor" | "deadlineUs"
> & {
  receive(pattern: (message: never) => boolean, limit?: WaitLimit): Waiting<unknown>;
};

export interface ConversationOptions {
  /** A time limit passed and `scheduler` or `link` is to blame: nobody is stopped, the limit is longer by what they took. */
  readonly onMiss?: (report: ContractReport) => void;
}

/** Where a conversation takes place. `witness`: gives evidence of the peer, if that is known yet. */
export interface Place {
  readonly peer: Pid;
  readonly key: string;
  readonly witness: Pid | undefined;
  /** It began in an older version of this process' code. */
  readonly goesOn?: TalkSnapshot;
}

/** A conversation as data, for the next version of its process' code. */
export interface TalkSnapshot {
  readonly peer: Pid;
  readonly key: string;
  readonly ref: number;
  readonly state: string;
  readonly said: number;
  readonly heard: number;
}

/** What one side hears: a message of the other, or that it ended. */
export type Heard<P extends ProtocolSpec, S extends Side<P>> = MessageOf<P, OtherSide<P, S>> | DownMessage;

export class Conversation<P extends ProtocolSpec, S extends Side<P>> {
  readonly peer: Pid;
  /** The same in all of its messages. */
  readonly key: string;
  readonly #self: Talker;
  readonly #protocol: Protocol<P>;
  readonly #side: SideNumber;
  readonly #other: SideNumber;
  readonly #options: ConversationOptions;
  readonly #view: View;
  readonly #watch: PeerWatch;
  /** Its monitor of the peer. */
  readonly ref: number;
  readonly #ledger: Ledger | undefined;
  /** Gives evidence of this side; there is one when time limits oblige it. */
  readonly witness: Pid | undefined;
  readonly #wait = new TalkWait<Heard<P, S>>({
    listen: () => this.#listen(),
    heard: (message) => (message === undefined ? this.expire() : (this.#late(message) ?? this.take(message))),
    isOver: () => this.#self.nowUs() >= this.#untilUs,
  });
  #said = 0;
  #heard = 0;
  #over = false;
  /** When the present wait ends, us. */
  #untilUs = NEVER;
  /** It began before the time limit of the other side passed. */
  #waitsInTime = false;

  /** By `openConversation` and `acceptConversation`, which agree on the key. */
  constructor(self: Talker, protocol: Protocol<P>, side: S, place: Place, options: ConversationOptions) {
    const { peer, key } = place;
    this.#self = self;
    this.#protocol = protocol;
    this.#side = protocol.spec.sides[0] === side ? 0 : 1;
    this.#other = this.#side === 0 ? 1 : 0;
    this.peer = peer;
    this.key = key;
    this.#options = options;
    this.#view = new View(protocol);
    this.#watch = new PeerWatch(self, peer, key, place.witness);
    this.ref = place.goesOn?.ref ?? self.monitor(peer);
    if (protocol.hasLimits[this.#side]) {
      this.#ledger = new Ledger(self.pid, self.nowUs());
      const body = witness(self.pid, this.#ledger);
      this.witness = self.spawn(body, [], { band: BAND.system, label: "contract witness" });
    }
    if (place.goesOn === undefined) {
      this.#entered(undefined, this.#side);
      return;
    }
    this.#view.goOnIn(place.goesOn.state);
    this.#said = place.goesOn.said;
    this.#heard = place.goesOn.heard;
  }

  /** For the next version of this process' code. Throws where time limits run, whose evidence cannot be handed over. */
  snapshot(): TalkSnapshot {
    const { hasLimits, spec } = this.#protocol;
    if (hasLimits[0] || hasLimits[1])
      throw new Error(`${spec.name} has time limits: it cannot be handed over`);
    const { peer, key, ref, state } = this;
    return { peer, key, ref, state, said: this.#said, heard: this.#heard };
  }

  /** The state as this side sees it. */
  get state(): string {
    return this.#view.state.name;
  }

  /** Nothing more will be heard: a final state, the end of one side, or a contract that was broken. */
  get over(): boolean {
    return this.#over;
  }

  /** When `expire` has something to do, us. */
  get dueUs(): number {
    return this.#watch.dueUs;
  }

  /**
   * Says something; `deadlineUs` as in `self.send`. Throws `ContractError`, which ends this process with the report, when it may not. Has no
   * effect after the other side ended.
   */
  send(message: MessageOf<P, S>, options?: { readonly deadlineUs: number }): void {
    const before = this.#view.state;
    if (this.#over && !before.final) return;
    const breach = this.#view.step(this.#side, message);
    if (breach !== undefined) {
      const report = contractReport(this.#protocol.spec, breach, this.#side, this.#self.pid, message);
      stopParty(this.#self, this.#self.pid, report);
      throw new ContractError(report);
    }
    this.#ledger?.spoke(this.#said + 1, this.#self.nowUs());
    this.#entered(before, this.#side);
    const said: SaidMessage = { type: "said", talk: this.key, seq: ++this.#said, message };
    // The contract's limit is the deadline of the peer's work.
    const { dueUs } = this.#watch;
    if (dueUs === NEVER) this.#self.send(this.peer, said, options);
    else {
      const deadlineUs = options?.deadlineUs ?? this.#self.deadlineUs;
      this.#self.send(this.peer, said, { deadlineUs: Math.min(dueUs, deadlineUs) });
    }
    if (this.#view.state.final) this.#end();
  }

  /** What the other side says next, or its `down`; `undefined` when the limit of this wait passed first. */
  receive(limit?: WaitLimit): Waiting<Heard<P, S> | undefined> {
    this.#untilUs = limit === undefined ? NEVER : this.#endOf(limit);
    return this.#wait;
  }

  /**
   * For a process that receives by itself: what the other side said in a message of this conversation, checked;
   * `undefined` for any other message, and for what conversations tell each other.
   */
  take(message: unknown): Heard<P, S> | undefined {
    const mine = message as SaidMessage | HangUpMessage | ConversedMessage | TestimonyMessage | DownMessage;
    if (this.#over || !this.#isMine(mine)) return undefined;
    switch (mine.type) {
      case "said":
        return this.#hear(mine);
      case "down":
        this.#end();
        return mine;
      case "hangUp":
        this.#end();
        return this.#down(mine.reason);
      case "conversed":
        this.#watch.witness = mine.witness;
        return undefined;
      case "testimony":
        return this.#testified(mine);
    }
  }

  /**
   * Judges a time limit that passed. To be called when a receive without a pattern found nothing: so nothing
   * of the peer's waits unseen. Gives the `down` of a peer that had to be stopped.
   */
  expire(): DownMessage | undefined {
    return this.#over ? undefined : this.#judged(this.#watch.expire(this.#said));
  }

  /** Does not go on; the peer sees a `down` with the reason. */
  close(reason: ExitReason = "normal"): void {
    if (this.#over) return;
    this.#end();
    const message: HangUpMessage = { type: "hangUp", talk: this.key, reason };
    this.#self.send(this.peer, message);
  }

  readonly #isMine = (message: {
    readonly type?: unknown;
    readonly talk?: unknown;
    readonly ref?: unknown;
  }) => message?.talk === this.key || (message?.type === "down" && message.ref === this.ref);

  #hear(said: SaidMessage): Heard<P, S> {
    const { seq, message } = said;
    if (seq !== this.#heard + 1) return this.#outOfOrder(said);
    const before = this.#view.state;
    const breach = this.#view.step(this.#other, message);
    if (breach !== undefined) {
      return this.#broken(contractReport(this.#protocol.spec, breach, this.#other, this.peer, message));
    }
    this.#heard = seq;
    this.#ledger?.heard(seq, this.#self.nowUs());
    this.#entered(before, this.#other);
    if (this.#view.state.final) this.#end();
    return message as MessageOf<P, OtherSide<P, S>>;
  }

  /** A gap is the link's; any other number was not given by a conversation. */
  #outOfOrder({ seq, message }: SaidMessage): DownMessage {
    const wanted = this.#heard + 1;
    if (typeof seq === "number" && seq > wanted) return this.#lost(seq - wanted, tagOf(message));
    const { state } = this;
    const found = `message number ${String(seq)}`;
    const allowed = `message number ${wanted}`;
    const breach = { kind: "forged", state, message: tagOf(message), found, allowed } as const;
    return this.#broken(contractReport(this.#protocol.spec, breach, this.#other, this.peer, message));
  }

  /** What its witness says came after what the party said, by the same way: what is not here by then never comes. */
  #testified(testimony: TestimonyMessage): DownMessage | undefined {
    const count = testimony.spoke - this.#heard;
    return count > 0 ? this.#lost(count, "testimony") : this.#judged(this.#watch.testified(testimony));
  }

  #lost(count: number, message: string): DownMessage {
    const lost = { count, wanted: this.#heard + 1, message };
    const report = lostReport(this.#protocol.spec, this.state, this.#other, this.peer, lost);
    this.close({ contract: report });
    return this.#down({ contract: report });
  }

  /** The other party broke the contract: it is stopped, and this side sees it as its end. */
  #broken(report: ContractReport): DownMessage {
    this.#end();
    stopParty(this.#self, this.peer, report);
    return this.#down({ contract: report });
  }

  #listen(): Waiting<unknown> {
    const { dueUs } = this.#watch;
    if (dueUs === NEVER && this.#untilUs === NEVER) return this.#self.receive(this.#isMine);
    this.#waitsInTime = dueUs !== NEVER && this.#self.nowUs() < dueUs;
    return this.#self.receive(this.#isMine, { untilUs: Math.min(this.#untilUs, dueUs) });
  }

  #endOf({ within, untilUs = NEVER }: WaitLimit): number {
    return within === undefined ? untilUs : Math.min(untilUs, this.#self.nowUs() + within * 1000);
  }

  /** The limit passed while this side waited, and only now it hears something. */
  #late(message: unknown): DownMessage | undefined {
    if (!this.#waitsInTime || (message as SaidMessage).type !== "said") return undefined;
    this.#waitsInTime = false;
    return this.#watch.passed ? this.#judged(this.#watch.heardLate()) : undefined;
  }

  #judged(blame: Blame | undefined): DownMessage | undefined {
    if (blame === undefined) return undefined;
    const { spec } = this.#protocol;
    const report = lateReport(spec, this.#view.state, this.#other, this.peer, this.#watch, blame);
    if (blame === "peer") return this.#broken(report);
    this.#options.onMiss?.(report);
    return undefined;
  }

  #down(reason: ExitReason): DownMessage {
    return { type: "down", ref: this.ref, pid: this.peer, reason };
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#watch.end();
    this.#self.demonitor(this.ref);
    if (this.witness !== undefined) this.#self.send(this.witness, { type: "dismiss" });
  }

  /** `sayer` has brought the view into its state: whose time limit runs now? */
  #entered(before: CompiledState | undefined, sayer: SideNumber): void {
    const { state } = this.#view;
    const { limit } = state;
    if (limit === undefined || limit.side === this.#side) {
      this.#watch.end();
    } else if (state !== before || sayer !== this.#side) {
      // What this side says where it stays gives the other no more time.
      this.#watch.begin(limit.us);
    }
  }
}

function tagOf(message: unknown): string {
  return String((message as { readonly type?: unknown } | null | undefined)?.type);
}
