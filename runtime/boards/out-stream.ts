/**
 * What one board sends to another, in order: numbered packets that are kept until the other side has them.
 *
 * Messages wait for each other until `flush`, and go as one packet as far as they fit (`batch.ts`); one longer than a packet
 * goes in several, as SCTP's chunks do (RFC 9260, 3.3.1: B and E bits). Packets that the other side misses are sent again while they are kept; what is no longer kept is named, so that its receivers hear of
 * the loss. Pure: it neither waits nor reads a clock.
 */

import { Batch, readBatch } from "./batch.ts";
import { countBytes } from "./bytes.ts";

/** Of a packet: it begins a message, it ends one; it is several whole ones. */
export const PART = { first: 1, last: 2, several: 4 } as const;

/** One packet of a stream. */
export interface StreamPacket {
  readonly number: number;
  /** `first` and `last`, together or not, or `several`. */
  readonly parts: number;
  /** Since it was sent first, us. */
  readonly ageUs: number;
  /** Number of the last packet before it that is of a signal; 0: none. Whoever misses that one cannot go on. */
  readonly signalBefore: number;
  readonly payload: Uint8Array;
}

export interface OutStreamOptions {
  /** Longest payload of one packet, bytes. */
  readonly packetBytes: number;
  /** Packets and bytes that may wait for the other side, or to be sent; more messages are refused. */
  readonly most: { readonly packets: number; readonly bytes: number };
  /** Without a word of the other side so long, what it may miss is sent again, us. */
  readonly resendUs: number;
  send(packet: StreamPacket): void;
  /** The other side has given up the message that began with these bytes, or a part of it. */
  lost(start: Uint8Array): void;
}

interface Kept extends Omit<StreamPacket, "ageUs"> {
  readonly sentUs: number;
}

export class OutStream {
  readonly #options: OutStreamOptions;
  /** In order, without holes. */
  readonly #kept: Kept[] = [];
  #keptFrom = 0;
  #keptBytes = 0;
  #next = 1;
  #lastSignal = 0;
  /** Whole messages that wait to be sent, since when, and whether one of them is a signal. */
  readonly #batch: Batch;
  #batchSinceUs = Number.POSITIVE_INFINITY;
  #isBatchOfSignals = false;
  /** Of the message whose packets were confirmed last: its first. */
  #begun: Uint8Array = new Uint8Array(0);
  /** When the oldest that is kept was sent last, or the other side said something of it, us. */
  #waitsSinceUs = 0;
  resent = 0;
  refused = 0;

  constructor(options: OutStreamOptions) {
    this.#options = options;
    this.#batch = new Batch(options.packetBytes);
  }

  /** Packets that the other side has not confirmed, and the one that waits. */
  get underWay(): number {
    return this.#keptPackets + (this.#batch.isEmpty ? 0 : 1);
  }

  /** Number of the first packet that the other side has neither confirmed nor given up; of the next one when there is none. */
  get keptFrom(): number {
    return this.#next - this.#keptPackets;
  }

  get #keptPackets(): number {
    return this.#kept.length - this.#keptFrom;
  }

  /**
   * False, and counted, when too much is under way: nothing of it is sent. It is sent with `flush`, or before when it fills a
   * packet. The message is copied. `isSignal`: as much again is kept free for what must not be lost.
   */
  push(message: Uint8Array, nowUs: number, isSignal = false): boolean {
    const { packetBytes, most } = this.#options;
    const isWhole = message.length + countBytes(message.length) <= packetBytes;
    const packets = isWhole ? 1 : Math.ceil(message.length / packetBytes);
    const isWithOthers = isWhole && !this.#batch.isEmpty && this.#batch.fits(message);
    const bytes = this.#keptBytes + this.#batch.bytes + message.length;
    const times = isSignal ? 2 : 1;
    if (this.underWay + (isWithOthers ? 0 : packets) > times * most.packets || bytes > times * most.bytes) {
      this.refused++;
      return false;
    }
    if (!isWithOthers) this.flush();
    if (isWhole) {
      if (this.#batch.isEmpty) this.#batchSinceUs = nowUs;
      if (isSignal) this.#isBatchOfSignals = true;
      this.#batch.add(message);
      return true;
    }
    for (let index = 0; index < packets; index++) {
      const payload = message.slice(index * packetBytes, (index + 1) * packetBytes);
      const parts = (index === 0 ? PART.first : 0) | (index === packets - 1 ? PART.last : 0);
      this.#give(parts, payload, isSignal, nowUs);
    }
    return true;
  }

  /** Sends what waits. Once for all that comes in one turn: a packet has the price of a seal and of its way. */
  flush(): void {
    if (this.#batch.isEmpty) return;
    const isSignal = this.#isBatchOfSignals;
    this.#isBatchOfSignals = false;
    this.#give(PART.several, this.#batch.take(), isSignal, this.#batchSinceUs);
    this.#batchSinceUs = Number.POSITIVE_INFINITY;
  }

  /**
   * The other side has everything before `next` except what it has `lost` (first number, number after the last), and
   * misses these. Numbers that were never given, and what it said before, are ignored.
   */
  confirmed(
    next: number,
    missing: readonly number[],
    lost: readonly (readonly [from: number, end: number])[],
    nowUs: number,
  ): void {
    for (const [from, end] of lost) this.#tellLost(from, Math.min(end, next));
    const first = this.keptFrom;
    const gone = Math.min(next, this.#next) - first;
    if (gone > 0) {
      for (let index = 0; index < gone; index++) {
        const { parts, payload } = this.#kept[this.#keptFrom + index]!;
        this.#keptBytes -= payload.length;
        if ((parts & PART.first) !== 0) this.#begun = payload;
      }
      this.#keptFrom += gone;
      this.#compact();
    }
    this.#waitsSinceUs = nowUs;
    for (const number of missing) this.#sendAgain(number, nowUs);
  }

  /** The other side said in passing that it has everything before `next`. */
  has(next: number, nowUs: number): void {
    // Whoever talks and never confirms may miss the last packet.
    if (next > this.keptFrom) this.confirmed(next, [], [], nowUs);
  }

  /** When `expire` is due, us: at once while something waits to be sent; `Infinity` while nothing waits at all. */
  get nextUs(): number {
    return Math.min(this.#batchSinceUs, this.#resendsAtUs);
  }

  get #resendsAtUs(): number {
    return this.#keptPackets === 0 ? Number.POSITIVE_INFINITY : this.#waitsSinceUs + this.#options.resendUs;
  }

  /** Sends what waits, or the oldest again: the answer to it says what else is missing. */
  expire(nowUs: number): void {
    this.flush();
    if (nowUs < this.#resendsAtUs) return;
    this.#waitsSinceUs = nowUs;
    this.#sendAgain(this.#kept[this.#keptFrom]!.number, nowUs);
  }

  #give(parts: number, payload: Uint8Array, isSignal: boolean, sentUs: number): void {
    if (this.#keptPackets === 0) this.#waitsSinceUs = sentUs;
    const kept = { number: this.#next++, sentUs, parts, signalBefore: this.#lastSignal, payload };
    if (isSignal) this.#lastSignal = kept.number;
    this.#kept.push(kept);
    this.#keptBytes += payload.length;
    this.#send(kept, 0);
  }

  /** Each message once: by its first packet, which is still kept, or the first of its packets that is lost. */
  #tellLost(from: number, end: number): void {
    const first = Math.max(from, this.keptFrom);
    for (let number = first; number < end; number++) {
      const kept = this.#at(number);
      if (kept === undefined) return;
      if (kept.parts === PART.several)
        for (const message of readBatch(kept.payload)) this.#options.lost(message);
      else if ((kept.parts & PART.first) !== 0) this.#options.lost(kept.payload);
      else if (number === from) this.#options.lost(this.#startOf(number));
    }
  }

  /** The first packet of the message that this one belongs to. */
  #startOf(number: number): Uint8Array {
    for (let at = number - 1; ; at--) {
      const kept = this.#at(at);
      if (kept === undefined) return this.#begun;
      if ((kept.parts & PART.first) !== 0) return kept.payload;
    }
  }

  #at(number: number): Kept | undefined {
    const kept = this.#kept[this.#keptFrom + number - this.keptFrom];
    return kept?.number === number ? kept : undefined;
  }

  #sendAgain(number: number, nowUs: number): void {
    const kept = this.#at(number);
    if (kept === undefined) return;
    this.resent++;
    this.#send(kept, nowUs - kept.sentUs);
  }

  #send({ number, parts, signalBefore, payload }: Kept, ageUs: number): void {
    this.#options.send({ number, parts, ageUs, signalBefore, payload });
  }

  /** Forgets what was confirmed, some at a time. */
  #compact(): void {
    if (this.#keptFrom < 64 || this.#keptFrom * 2 < this.#kept.length) return;
    this.#kept.splice(0, this.#keptFrom);
    this.#keptFrom = 0;
  }
}
