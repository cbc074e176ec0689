/**
 * Watches that the other party of a conversation keeps a time limit, and gathers the evidence when it did not:
 * from its record when it is a process of this cell, else from its witness.
 */
import type { Pid } from "../process/pid.ts";
import type { Self } from "../process/self.ts";
import type { TestifyMessage, TestimonyMessage } from "./conversation-messages.ts";
import { runFigures } from "./run-figures.ts";
import { type Blame, type Evidence, TimeLimit } from "./time-limit.ts";

/** A limit that is found to have passed this much later than it did, us, is looked at again after as much. */
const LOOK_AGAIN_US = 1000;
/** A witness that has not answered after this or the limit itself, whichever is longer, will not, us. */
const TESTIMONY_US = 20_000;
const NEVER = Number.POSITIVE_INFINITY;
const LINK: Evidence = { ownUs: 0, schedulerUs: 0, linkUs: NEVER };
const SCHEDULER: Evidence = { ownUs: 0, schedulerUs: NEVER, linkUs: 0 };

export class PeerWatch {
  /** Of a peer in another cell, once it is known. */
  witness: Pid | undefined;
  readonly #self: Pick<Self, "pid" | "nowUs" | "send">;
  readonly #peer: Pid;
  readonly #key: string;
  readonly #limit = new TimeLimit();
  /** The peer's figures when its limit began: of a peer in this cell. */
  #readyUs = 0;
  #dropped = 0;
  /** When the witness was asked, us. */
  #askedUs: number | undefined;
  /** Number of the question that it was asked last. */
  #question = 0;
  #lookedAgain = false;

  constructor(self: Pick<Self, "pid" | "nowUs" | "send">, peer: Pid, key: string, witness: Pid | undefined) {
    this.#self = self;
    this.#peer = peer;
    this.#key = key;
    this.witness = witness;
  }

  /** When `expire` has something to do, us. */
  get dueUs(): number {
    return this.#limit.dueUs;
  }

  get limitUs(): number {
    return this.#limit.limitUs;
  }

  /** How long the peer has been waited for, us. */
  elapsedUs(): number {
    return this.#limit.elapsedUs(this.#self.nowUs());
  }

  /** The peer has to speak within `limitUs`. */
  begin(limitUs: number): void {
    const nowUs = this.#self.nowUs();
    this.#limit.begin(limitUs, nowUs);
    this.#askedUs = undefined;
    this.#lookedAgain = false;
    const figures = runFigures(this.#peer, nowUs);
    if (figures === undefined) return;
    this.#readyUs = figures.readyUs;
    // What its mailbox refuses from now on may be what it was told here.
    this.#dropped = figures.dropped;
  }

  /** Not yet: something of the peer's may be about to be seen. */
  postpone(us: number): void {
    this.#limit.dueUs = this.#self.nowUs() + us;
  }

  /** It has passed, whatever is given back. */
  get passed(): boolean {
    return this.dueUs !== NEVER && this.elapsedUs() > this.limitUs;
  }

  end(): void {
    this.#limit.end();
  }

  /**
   * Whom to blame now; `undefined`: nobody, or evidence is on its way. Nothing of the peer's may wait unseen.
   * `said` is the number of messages sent to the peer.
   */
  expire(said: number): Blame | undefined {
    const nowUs = this.#self.nowUs();
    const { dueUs } = this.#limit;
    if (nowUs < dueUs) return undefined;
    if (nowUs - dueUs > LOOK_AGAIN_US && !this.#lookedAgain) {
      // This process itself was late: the answer may have come to the cell meanwhile.
      this.#lookedAgain = true;
      this.#limit.dueUs = nowUs + LOOK_AGAIN_US;
      return undefined;
    }
    this.#lookedAgain = false;
    const figures = runFigures(this.#peer, nowUs);
    if (figures === undefined) return this.#askWitness(nowUs, said);
    if (figures.dropped !== this.#dropped) return this.#limit.judge(nowUs, LINK);
    // In one cell all time is either the scheduler's or the peer's own.
    const schedulerUs = figures.readyUs - this.#readyUs;
    const ownUs = this.#limit.elapsedUs(nowUs) - schedulerUs;
    return this.#limit.judge(nowUs, { ownUs, schedulerUs, linkUs: 0 });
  }

  /**
   * Somebody who waited hears the peer only now, after the limit. It was not woken at the limit, so it had to wait
   * for others itself, and nobody knows when the peer spoke: that is never held against the peer. Of a peer in
   * another cell nothing is known.
   */
  heardLate(): Blame | undefined {
    const nowUs = this.#self.nowUs();
    const figures = runFigures(this.#peer, nowUs);
    if (figures === undefined) return undefined;
    const lateUs = this.#limit.elapsedUs(nowUs) - this.#limit.limitUs;
    const schedulerUs = figures.readyUs - this.#readyUs + lateUs;
    return this.#limit.judge(nowUs, { ownUs: 0, schedulerUs, linkUs: 0 });
  }

  /** The witness' answer. All that the peer has said by then MUST have been heard. */
  testified({ question, lost, ownUs, readyUs }: TestimonyMessage): Blame | undefined {
    if (this.#askedUs === undefined || question !== this.#question) return undefined;
    const nowUs = this.#self.nowUs();
    // There and back: what the question took, the request and its answer took, too. In one board nothing does.
    const linkUs = this.#isAbroad() ? nowUs - this.#askedUs : 0;
    this.#askedUs = undefined;
    return this.#limit.judge(nowUs, lost ? LINK : { ownUs, schedulerUs: readyUs, linkUs });
  }

  #askWitness(nowUs: number, said: number): Blame | undefined {
    if (this.witness === undefined || this.#askedUs !== undefined) {
      // Nobody speaks for the peer: its cell does not turn or has not begun, or its board cannot be reached.
      this.#askedUs = undefined;
      return this.#limit.judge(nowUs, this.#isAbroad() ? LINK : SCHEDULER);
    }
    this.#askedUs = nowUs;
    this.#limit.dueUs = nowUs + Math.max(TESTIMONY_US, this.#limit.limitUs);
    const testify: TestifyMessage = {
      type: "testify",
      talk: this.#key,
      from: this.#self.pid,
      question: ++this.#question,
      said,
    };
    this.#self.send(this.witness, testify);
    return undefined;
  }

  #isAbroad(): boolean {
    return this.#peer.board !== this.#self.pid.board;
  }
}
