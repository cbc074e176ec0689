/**
 * One conversation of two boards: both streams, the beats that say that the other side lives, and the seals. It begins with
 * a handshake (`board-link.ts`), has keys of its own, and never goes on after it ended: what was under way then is lost.
 */
import { type ClockEstimate, ClockFilter } from "./clock-filter.ts";
import { InStream } from "./in-stream.ts";
import { OutStream } from "./out-stream.ts";
import { decodePacket, type SessionPacket, writePacket } from "./packet.ts";
import { Sealer } from "./sealer.ts";
import { deriveKey } from "./session-keys.ts";

/** How a link keeps time and memory; all of it can be the same on every board. */
export interface LinkLimits {
  /** Longest time between two words, us. Default 2 s. */
  readonly heartbeatUs: number;
  /** Silence after which the other side counts as gone, us. Default 7 s. */
  readonly lostUs: number;
  /** Longest message, bytes. */
  readonly messageBytes: number;
  /** Longest payload of a packet, bytes: brokers take packets below 256 KB everywhere. */
  readonly packetBytes: number;
  /** What may be under way to the other side. */
  readonly most: { readonly packets: number; readonly bytes: number };
}

export const LINK_LIMITS: LinkLimits = {
  heartbeatUs: 2_000_000,
  lostUs: 7_000_000,
  messageBytes: 1_048_576,
  packetBytes: 65_536,
  most: { packets: 4096, bytes: 4_194_304 },
};

const REORDER_US = 50_000;
const CONFIRM = { packets: 32, us: 20_000 } as const;
/** Unconfirmed so long, the oldest packet is sent again, us. */
const RESEND_US = 500_000;
/** What may wait for an earlier packet. */
const EARLY = { packets: 512, bytes: 2_097_152 } as const;

export interface SessionKeys {
  /** Names the session in its packets; no secret. */
  readonly id: number;
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
}

export interface SessionSink {
  publish(bytes: Uint8Array): void;
  /** A whole message of the other side, in order; it was sent at `sinceUs` or, by the time on the way, before. */
  message(bytes: Uint8Array, sinceUs: number): void;
  /** The other side gave up a message of ours that begins with these bytes. */
  lost(start: Uint8Array): void;
  /** So many packets of the other side are lost here. */
  gap(packets: number): void;
  /** A signal of the other side is lost here: the session cannot go on. */
  signalLost(nowUs: number): void;
  bye(): void;
}

/** The same on both sides, each with its own direction. */
export function sessionKeys(
  key: Uint8Array,
  nonces: readonly [Uint8Array, Uint8Array],
  us: string,
  them: string,
): SessionKeys {
  const secret = deriveKey(key, "session", nonces[0], nonces[1]);
  const id = Buffer.from(deriveKey(secret, "id")).readUIntBE(0, 6);
  return { id, ours: deriveKey(secret, "from", us), theirs: deriveKey(secret, "from", them) };
}

export class Session {
  readonly id: number;
  readonly #ours: Sealer;
  readonly #theirs: Sealer;
  readonly #limits: LinkLimits;
  readonly #sink: SessionSink;
  readonly #out: OutStream;
  readonly #in: InStream;
  #heardUs: number;
  /** When a word of ours was said that the other side has answered, us: whatever comes is younger. */
  #provenUs: number;
  #saidUs: number;
  #beats = 0;
  #heardBeats = 0;
  #heardBeat = { sentUs: 0, atUs: 0 };
  /** Time for a packet and the answer to it, as the last beats tell, us. */
  roundTripUs: number | undefined;
  readonly #clock = new ClockFilter();

  constructor(keys: SessionKeys, limits: LinkLimits, sink: SessionSink, nowUs: number) {
    this.id = keys.id;
    this.#ours = new Sealer(keys.ours);
    this.#theirs = new Sealer(keys.theirs);
    this.#limits = limits;
    this.#sink = sink;
    this.#heardUs = nowUs;
    this.#provenUs = nowUs; // by the nonces
    this.#saidUs = Number.NEGATIVE_INFINITY;
    const { packetBytes, messageBytes, most } = limits;
    this.#out = new OutStream({
      packetBytes,
      most,
      resendUs: RESEND_US,
      send: (packet) => this.#say({ type: "data", session: this.id, has: this.#in.said(), ...packet }),
      lost: (start) => sink.lost(start),
    });
    this.#in = new InStream({
      most: EARLY,
      messageBytes,
      reorderUs: REORDER_US,
      giveUpUs: limits.lostUs / 2,
      confirm: CONFIRM,
      message: (bytes, sinceUs) => sink.message(bytes, sinceUs),
      lost: (packets) => sink.gap(packets),
      signalLost: (atUs) => sink.signalLost(atUs),
      tell: (next, missing, lost) => this.#say({ type: "confirm", session: this.id, next, missing, lost }),
    });
  }

  /**
   * Sends a message with the next `flush`, at most once; false when too much is under way, or it is longer than messages may
   * be.
   */
  send(message: Uint8Array, nowUs: number, isSignal = false): boolean {
    if (message.length > this.#limits.messageBytes) return false;
    return this.#out.push(message, nowUs, isSignal);
  }

  /** What was sent leaves. */
  flush(): void {
    this.#out.flush();
  }

  /** Sealed by the other side of this session. */
  isGenuine(sealed: Uint8Array): boolean {
    return this.#theirs.unseal(sealed) !== undefined;
  }

  /** False when it was not sealed by the other side of this session, or is none of its packets. */
  packet(sealed: Uint8Array, nowUs: number, wallMs: number): boolean {
    const bytes = this.#theirs.unseal(sealed);
    if (bytes === undefined) return false;
    const packet = decodePacket(bytes);
    switch (packet.type) {
      case "data": {
        const { duplicates } = this.#in;
        this.#out.has(packet.has, nowUs);
        this.#in.packet(packet, nowUs);
        // What was heard before proves nothing: somebody may have kept it.
        if (this.#in.duplicates === duplicates) this.#heardUs = nowUs;
        return true;
      }
      case "confirm":
        this.#out.confirmed(packet.next, packet.missing, packet.lost, nowUs);
        // It is said until it is known here.
        if (packet.lost.length > 0) this.beat(nowUs, wallMs);
        return true;
      case "beat":
        this.#beat(packet, nowUs, wallMs);
        return true;
      case "bye":
        this.#sink.bye();
        return true;
      default:
        return false;
    }
  }

  /** Says that this side lives; at once after the handshake, later by itself. `asks`: for an answer at once. */
  beat(nowUs: number, wallMs: number, asks = false): void {
    const { sentUs, atUs } = this.#heardBeat;
    const heard = { sentUs, agoUs: sentUs === 0 ? 0 : nowUs - atUs };
    const count = ++this.#beats;
    const { keptFrom } = this.#out;
    this.#say({ type: "beat", session: this.id, count, sentUs: nowUs, heard, wallMs, asks, keptFrom });
    this.#saidUs = nowUs;
  }

  /** The other side has answered a beat that was said then or later. */
  hasAnswered(sinceUs: number): boolean {
    return this.#provenUs >= sinceUs;
  }

  bye(): void {
    this.flush();
    this.#say({ type: "bye", session: this.id });
  }

  /** When `expire` is due, us. */
  get nextUs(): number {
    return Math.min(
      this.#saidUs + this.#limits.heartbeatUs,
      this.#silentUs,
      this.#out.nextUs,
      this.#in.nextUs,
    );
  }

  /**
   * Nothing was heard for too long, or what is heard answers nothing young: a network that holds words back for longer is
   * as good as cut, and so is one that takes none of ours there.
   */
  isSilent(nowUs: number): boolean {
    return nowUs >= this.#silentUs;
  }

  /** False when the other side has been silent for too long. */
  expire(nowUs: number, wallMs: number): boolean {
    if (this.isSilent(nowUs)) return false;
    this.#out.expire(nowUs);
    this.#in.expire(nowUs);
    // Data alone does not say when it was sent.
    if (nowUs - this.#saidUs >= this.#limits.heartbeatUs) this.beat(nowUs, wallMs);
    return true;
  }

  /** How far the other side's clock of the world is ahead of ours: for what people read, never for control. */
  get clock(): ClockEstimate | undefined {
    return this.#clock.estimate;
  }

  stats() {
    const { resent, refused, underWay } = this.#out;
    const { duplicates, reordered, tooLong } = this.#in;
    return { underWay, resent, refused, duplicates, reordered, tooLong };
  }

  get #silentUs(): number {
    const { heartbeatUs, lostUs } = this.#limits;
    // Until the next beat of each side an answer may be that much older than the last word.
    return Math.min(this.#heardUs + lostUs, this.#provenUs + lostUs + 2 * heartbeatUs);
  }

  #beat(beat: Extract<SessionPacket, { type: "beat" }>, nowUs: number, wallMs: number): void {
    if (beat.count <= this.#heardBeats) return;
    this.#heardBeats = beat.count;
    this.#heardUs = nowUs;
    this.#heardBeat = { sentUs: beat.sentUs, atUs: nowUs };
    this.#in.keptFrom(beat.keptFrom);
    if (beat.asks) this.beat(nowUs, wallMs);
    const { sentUs, agoUs } = beat.heard;
    if (sentUs === 0) return;
    if (sentUs <= nowUs) this.#provenUs = Math.max(this.#provenUs, sentUs);
    const roundTripUs = nowUs - sentUs - agoUs;
    if (!(roundTripUs >= 0)) return;
    this.roundTripUs = roundTripUs;
    this.#clock.add({
      roundTripUs,
      theirWallMs: beat.wallMs,
      ourWallMs: wallMs,
      theirUs: beat.sentUs,
      ourUs: nowUs,
    });
  }

  #say(packet: SessionPacket): void {
    this.#sink.publish(this.#ours.seal(writePacket(packet)));
  }
}
