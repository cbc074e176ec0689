/**
 * What one board receives from another: packets in any order, some twice, some never; messages come out in order, each
 * once, whole, and what is lost for good is said where it would have been.
 *
 * A broker may deliver a packet again (QoS 1), and clients reorder after a reconnect. Packets that come too early wait in
 * a bounded buffer; those that are missing are asked for; after a time, or when the buffer is full, they count as lost.
 * Where a signal is among them the stream is over: nothing that was said after a signal is heard without it.
 * Pure: it neither waits nor reads a clock.
 */
import { readBatch } from "./batch.ts";
import { PART, type StreamPacket } from "./out-stream.ts";

export interface InStreamOptions {
  /** Packets and bytes that may wait for an earlier one. */
  readonly most: { readonly packets: number; readonly bytes: number };
  /** Longest message that is put together, bytes. */
  readonly messageBytes: number;
  /** A packet that comes early waits so long for those before it until they are asked for, us: most are only late. */
  readonly reorderUs: number;
  /** So long is asked for what is missing, us; then it is lost. */
  readonly giveUpUs: number;
  /** Packets are confirmed at least after so many, and after so long, us. */
  readonly confirm: { readonly packets: number; readonly us: number };
  /** One whole message, in order. The bytes are good until it returns. `sinceUs`: when its first packet came, or would have come. */
  message(bytes: Uint8Array, sinceUs: number): void;
  /** So many packets before the next message are lost. */
  lost(packets: number): void;
  /** A signal is lost, or more than can be told; nothing comes out any more. */
  signalLost(nowUs: number): void;
  /** To the other side: everything before `next` is here, or `lost` (first, after the last); these are missing. */
  tell(next: number, missing: readonly number[], lost: readonly (readonly [number, number])[]): void;
}

interface Early extends Pick<StreamPacket, "parts" | "payload" | "signalBefore"> {
  readonly sinceUs: number;
}

/** Missing numbers in one question. */
const ASKED_AT_ONCE = 64;
/** Losses that the other side has not heard of yet; whoever loses more of what it should hear hears nothing of use. */
const MOST_LOST = 64;

export class InStream {
  readonly #options: InStreamOptions;
  readonly #early = new Map<number, Early>();
  #earlyBytes = 0;
  #lastEarly = 0;
  #next = 1;
  /** Parts of the message that is being put together. */
  #parts: Uint8Array[] = [];
  #partBytes = 0;
  #sinceUs = 0;
  /** Its first part is lost, or it is too long: until its last part. */
  #skipping = false;
  /** Said in each word to the other side until it is known to have heard it: words may be lost, too. */
  readonly #lost: (readonly [from: number, end: number])[] = [];
  #unconfirmed = 0;
  #confirmUs = Number.POSITIVE_INFINITY;
  #askUs = Number.POSITIVE_INFINITY;
  #giveUpUs = Number.POSITIVE_INFINITY;
  #isOver = false;
  duplicates = 0;
  reordered = 0;
  /** Messages that were longer than they may be. */
  tooLong = 0;

  constructor(options: InStreamOptions) {
    this.#options = options;
  }

  /** A packet; its payload is kept only until the message is whole, and must not change. */
  packet({ number, parts, ageUs, signalBefore, payload }: StreamPacket, nowUs: number): void {
    if (this.#isOver) return;
    if (number < this.#next || this.#early.has(number)) {
      this.duplicates++;
      // Its confirmation may be lost.
      this.#confirmSoon(nowUs, this.#options.confirm.packets);
      return;
    }
    if (number > this.#next) {
      this.#keep(number, { parts, signalBefore, payload, sinceUs: nowUs - ageUs }, nowUs);
      return;
    }
    this.#take(parts, payload, nowUs - ageUs);
    this.#confirmSoon(nowUs, 1);
    this.#drain(nowUs);
  }

  /** When `expire` is due, us. */
  get nextUs(): number {
    return this.#isOver ? Number.POSITIVE_INFINITY : Math.min(this.#confirmUs, this.#askUs, this.#giveUpUs);
  }

  expire(nowUs: number): void {
    if (!this.#isOver && this.#giveUpUs <= nowUs) this.#giveUp(nowUs);
    if (this.#isOver) return;
    if (this.#askUs <= nowUs || this.#confirmUs <= nowUs) this.#tell(nowUs);
  }

  /**
   * What a packet to the other side may say in passing: everything before this number is here. 0: nothing, because something
   * is lost, which only a word of its own tells.
   */
  said(): number {
    if (this.#lost.length > 0) return 0;
    this.#unconfirmed = 0;
    this.#confirmUs = Number.POSITIVE_INFINITY;
    return this.#next;
  }

  /** The other side keeps nothing before this number any more: it has heard of what is lost before. */
  keptFrom(number: number): void {
    while (this.#lost.length > 0 && this.#lost[0]![1] <= number) this.#lost.shift();
  }

  /** Waits for what is before it. */
  #keep(number: number, early: Early, nowUs: number): void {
    // What is none is refused as it comes: when it is taken, nobody knows whose packet it was.
    if (early.parts === PART.several) readBatch(early.payload);
    const { most, reorderUs, giveUpUs } = this.#options;
    this.reordered++;
    // A copy: a small one would keep all that the socket read with it.
    this.#early.set(number, { ...early, payload: early.payload.slice() });
    this.#earlyBytes += early.payload.length;
    this.#lastEarly = Math.max(this.#lastEarly, number);
    if (this.#giveUpUs === Number.POSITIVE_INFINITY) {
      this.#askUs = nowUs + reorderUs;
      this.#giveUpUs = nowUs + giveUpUs;
    }
    const isTooMuch = () => this.#early.size > most.packets || this.#earlyBytes > most.bytes;
    while (!this.#isOver && isTooMuch()) this.#giveUp(nowUs);
  }

  /** Those before the first that waits are lost. */
  #giveUp(nowUs: number): void {
    const first = Math.min(...this.#early.keys());
    if (this.#early.get(first)!.signalBefore >= this.#next || this.#lost.length === MOST_LOST) {
      this.#isOver = true;
      this.#options.signalLost(nowUs);
      return;
    }
    const lost = first - this.#next;
    this.#lost.push([this.#next, first]);
    this.#next = first;
    // What had begun cannot be completed; what goes on in the first that is here began among the lost.
    this.#dropParts();
    this.#skipping = true;
    this.#options.lost(lost);
    this.#drain(nowUs);
    this.#confirmSoon(nowUs, this.#options.confirm.packets);
  }

  #drain(nowUs: number): void {
    for (let early = this.#early.get(this.#next); early; early = this.#early.get(this.#next)) {
      this.#early.delete(this.#next);
      this.#earlyBytes -= early.payload.length;
      this.#take(early.parts, early.payload, early.sinceUs);
      this.#confirmSoon(nowUs, 1);
    }
    const { reorderUs, giveUpUs } = this.#options;
    const waits = this.#early.size > 0;
    this.#askUs = waits ? nowUs + reorderUs : Number.POSITIVE_INFINITY;
    this.#giveUpUs = waits ? nowUs + giveUpUs : Number.POSITIVE_INFINITY;
  }

  /** The next packet in order. */
  #take(parts: number, payload: Uint8Array, sinceUs: number): void {
    this.#next++;
    if ((parts & (PART.first | PART.several)) !== 0) {
      this.#dropParts();
      this.#sinceUs = sinceUs;
      this.#skipping = false;
    }
    if (this.#skipping) return;
    if (parts === PART.several) {
      for (const message of readBatch(payload)) this.#whole(message);
      return;
    }
    this.#parts.push(payload);
    this.#partBytes += payload.length;
    if (this.#partBytes > this.#options.messageBytes) {
      this.tooLong++;
      this.#dropParts();
      this.#skipping = true;
      return;
    }
    if ((parts & PART.last) === 0) return;
    const message = this.#parts.length === 1 ? payload : Buffer.concat(this.#parts);
    this.#dropParts();
    this.#whole(message);
  }

  #whole(message: Uint8Array): void {
    if (message.length <= this.#options.messageBytes) this.#options.message(message, this.#sinceUs);
    else this.tooLong++;
  }

  #dropParts(): void {
    this.#parts = [];
    this.#partBytes = 0;
  }

  #confirmSoon(nowUs: number, packets: number): void {
    const { confirm } = this.#options;
    this.#unconfirmed += packets;
    if (this.#unconfirmed >= confirm.packets) this.#tell(nowUs);
    else if (this.#confirmUs === Number.POSITIVE_INFINITY) this.#confirmUs = nowUs + confirm.us;
  }

  #tell(nowUs: number): void {
    const missing: number[] = [];
    const isDue = this.#askUs <= nowUs;
    if (isDue) {
      for (let number = this.#next; number < this.#lastEarly && missing.length < ASKED_AT_ONCE; number++)
        if (!this.#early.has(number)) missing.push(number);
      this.#askUs = nowUs + 2 * this.#options.reorderUs;
    }
    this.#unconfirmed = 0;
    this.#confirmUs = Number.POSITIVE_INFINITY;
    this.#options.tell(this.#next, missing, this.#lost);
  }
}
