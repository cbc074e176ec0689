/**
 * The link of this board with one other: who is there, in which life, and one session at a time.
 *
 * Of two boards the one whose name comes first begins (`hello`), the other answers (`welcome`); each draws a nonce, and the
 * session's keys need both. The one who answers goes over to the new session when the first packet of it arrives: an old
 * hello that somebody plays again ends nothing. Pure: it neither waits nor reads a clock.
 */
import { Doubt } from "./doubt.ts";
import { FrameError } from "./frame-error.ts";
import type { BoardLinkOptions, LinkEnd, LinkRefusals } from "./link-contract.ts";
import {
  type BoardLife,
  decodePacket,
  NONCE_BYTES,
  otherVersionOf,
  type Packet,
  sessionOf,
  writePacket,
} from "./packet.ts";
import { Sealer } from "./sealer.ts";
import { Session, sessionKeys } from "./session.ts";

/**
 * Between two attempts to begin: the first waits so long, us, each other twice as long as the one before, up to so many beats:
 * whoever is not linked says half as much as whoever is, and is linked soon after a network heals.
 */
const RETRY = { firstUs: 1_000_000, mostBeats: 2 } as const;

interface Opened {
  readonly session: Session;
  readonly life: BoardLife;
}

/** Answered, and not confirmed by a packet. */
interface Candidate extends Opened {
  readonly nonces: readonly [Uint8Array, Uint8Array];
}

export class BoardLink {
  readonly refusals: LinkRefusals = { forged: 0, stale: 0, malformed: 0, stranger: 0, version: 0 };
  readonly #options: BoardLinkOptions;
  /** Of what is said outside a session. */
  readonly #sealer: Sealer;
  readonly #begins: boolean;
  #live: Opened | undefined;
  #candidate: Candidate | undefined;
  /** Of the live one. */
  readonly #doubt = new Doubt();
  /** Of the hello that was not answered yet; the same in each attempt, since answers may take longer than one. */
  #nonce: Uint8Array | undefined;
  #tryUs = Number.POSITIVE_INFINITY;
  #waitUs: number = RETRY.firstUs;
  readonly #strangers = new Set<string>();
  readonly #versions = new Set<number>();

  constructor(options: BoardLinkOptions) {
    this.#options = options;
    this.#sealer = new Sealer(options.key);
    this.#begins = options.us.board < options.peer;
  }

  /** The life of the other board that is linked with this one. */
  get life(): BoardLife | undefined {
    return this.#live?.life;
  }

  /** Name of the other board. */
  get peer(): string {
    return this.#options.peer;
  }

  get session(): Session | undefined {
    return this.#live?.session;
  }

  /** The other board says that it is there. */
  present(incarnation: number, nowUs: number): void {
    const { life } = this.#live ?? {};
    if (life === undefined) this.knock(nowUs);
    else if (incarnation > life.incarnation) this.#doubtIt("newIncarnation", nowUs);
  }

  /** Tries to reach it now, where there is no link. */
  knock(nowUs: number): void {
    this.#waitUs = RETRY.firstUs;
    if (this.#live === undefined) this.#try(nowUs);
  }

  /** Its last will, as somebody says: it may be old. Whoever lives answers. */
  absent(nowUs: number): void {
    if (this.#live === undefined) this.#try(nowUs);
    else this.#doubtIt("offline", nowUs);
  }

  /** Goes with the next `flush`. False when there is no link, or too much is under way; there is a reserve for signals. */
  send(message: Uint8Array, nowUs: number, isSignal = false): boolean {
    return this.#live?.session.send(message, nowUs, isSignal) ?? false;
  }

  /** What was sent leaves: at the end of each turn. */
  flush(): void {
    this.#live?.session.flush();
  }

  /** What came on the topic from the other board, if it was the other board. */
  packet(bytes: Uint8Array, nowUs: number): void {
    // After a standstill of this board packets may come before the timer that was due.
    if (this.#live?.session.isSilent(nowUs) === true) this.expire(nowUs);
    if (this.#isOfOtherVersion(bytes)) return;
    try {
      const session = sessionOf(bytes);
      if (session === undefined) this.#handshake(bytes, nowUs);
      else this.#ofSession(session, bytes, nowUs);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.refusals.malformed++;
    }
  }

  /** When `expire` is due, us. */
  get nextUs(): number {
    const sessionUs = this.#live?.session.nextUs ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#tryUs, this.#doubt.nextUs, sessionUs);
  }

  expire(nowUs: number): void {
    const { session } = this.#live ?? {};
    const isSilent = session?.expire(nowUs, this.#options.wallMs()) === false;
    const doubt = this.#doubt.settle(nowUs, (sinceUs) => session!.hasAnswered(sinceUs));
    const why = isSilent ? "silent" : doubt;
    // A signal that is lost has begun another one.
    if (why !== undefined && this.#live?.session === session) {
      this.#end(why);
      this.#try(nowUs);
    }
    if (this.#tryUs <= nowUs) this.#try(nowUs);
  }

  /** Says goodbye; nothing is sent or received any more until the other board is present again. */
  close(): void {
    if (this.#live === undefined) return;
    this.#live.session.bye();
    this.#end("closed");
    this.#tryUs = Number.POSITIVE_INFINITY;
  }

  /** Ends this session, whose other side cannot be kept up with, and begins another. */
  reset(nowUs: number): void {
    if (this.#live === undefined) return;
    this.close();
    this.#try(nowUs);
  }

  #doubtIt(why: LinkEnd, nowUs: number): void {
    const { session } = this.#live!;
    if (this.#doubt.begin(why, nowUs, session.roundTripUs)) session.beat(nowUs, this.#options.wallMs(), true);
  }

  #try(nowUs: number): void {
    this.#tryUs = nowUs + this.#waitUs;
    const { us, limits } = this.#options;
    const mostUs = Math.max(RETRY.firstUs, RETRY.mostBeats * limits.heartbeatUs);
    this.#waitUs = Math.min(2 * this.#waitUs, mostUs);
    if (!this.#begins) {
      this.#publish({ type: "knock", from: us });
      return;
    }
    this.#nonce ??= this.#options.random(NONCE_BYTES);
    this.#publish({ type: "hello", from: us, nonce: this.#nonce });
  }

  #handshake(bytes: Uint8Array, nowUs: number): void {
    const { peer, us } = this.#options;
    const opened = this.#sealer.unseal(bytes);
    if (opened === undefined) {
      this.refusals.forged++;
      return;
    }
    const packet = decodePacket(opened) as Extract<Packet, { from: BoardLife }>;
    // Its own, thrown back, or one for another pair.
    if (packet.from.board !== peer) {
      this.refusals.forged++;
      return;
    }
    if (!this.#isKnown(packet.from)) return;
    if (packet.type === "knock") {
      const isNews = this.#live === undefined || this.#live.life.incarnation < packet.from.incarnation;
      if (this.#begins && isNews) this.#try(nowUs); // Else it is played again.
    } else if (packet.type === "hello") {
      if (this.#begins) return;
      this.#publish({ type: "welcome", from: us, nonces: this.#answer(packet, nowUs) });
    } else if (this.#nonce === undefined || !Buffer.from(this.#nonce).equals(packet.nonces[0])) {
      this.refusals.stale++;
    } else {
      this.#nonce = undefined;
      const nonces = [packet.nonces[0].slice(), packet.nonces[1].slice()] as const;
      this.#begin({ life: packet.from, session: this.#open(nonces, nowUs) });
      this.#live!.session.beat(nowUs, this.#options.wallMs());
    }
  }

  /** The same answer to the same hello. */
  #answer({ from, nonce }: { from: BoardLife; nonce: Uint8Array }, nowUs: number): Candidate["nonces"] {
    const before = this.#candidate;
    if (before !== undefined && Buffer.from(before.nonces[0]).equals(nonce)) return before.nonces;
    const nonces = [nonce.slice(), this.#options.random(NONCE_BYTES)] as const;
    this.#candidate = { life: from, nonces, session: this.#open(nonces, nowUs) };
    return nonces;
  }

  #ofSession(id: number, bytes: Uint8Array, nowUs: number): void {
    const found = this.#live?.session.id === id ? this.#live : this.#candidate;
    if (found?.session.id !== id) {
      this.refusals.stale++;
      return;
    }
    const isNew = found === this.#candidate;
    // The first packet is taken when the session is the one that is live: its messages follow `up`.
    if (isNew && !found.session.isGenuine(bytes)) this.refusals.forged++;
    else {
      if (isNew) {
        this.#candidate = undefined;
        this.#begin(found);
        found.session.beat(nowUs, this.#options.wallMs());
      }
      if (!found.session.packet(bytes, nowUs, this.#options.wallMs())) this.refusals.forged++;
    }
  }

  #open(nonces: readonly [Uint8Array, Uint8Array], nowUs: number): Session {
    const { key, us, peer, limits, sink } = this.#options;
    const isLive = () => this.#live?.session === session;
    const session: Session = new Session(
      sessionKeys(key, nonces, us.board, peer),
      limits,
      {
        publish: (bytes) => sink.publish(bytes),
        // One word may hold several; after the first the session may be over.
        message: (bytes, sinceUs) => {
          if (isLive()) sink.message(bytes, sinceUs);
        },
        lost: (start) => {
          if (isLive()) sink.lost(start);
        },
        gap: (packets) => sink.gap(packets),
        signalLost: (atUs) => {
          if (isLive()) this.reset(atUs);
        },
        bye: () => {
          if (isLive()) this.#end("offline");
        },
      },
      nowUs,
    );
    return session;
  }

  #begin(next: Opened): void {
    const before = this.#live?.life.incarnation;
    if (before !== undefined) this.#end(before === next.life.incarnation ? "silent" : "newIncarnation");
    this.#tryUs = Number.POSITIVE_INFINITY;
    this.#waitUs = RETRY.firstUs;
    this.#live = next;
    this.#options.sink.up(next.life);
  }

  #end(why: LinkEnd): void {
    const { life } = this.#live!;
    this.#live = undefined;
    this.#doubt.drop();
    this.#options.sink.down(life, why);
  }

  #isKnown(life: BoardLife): boolean {
    // The name is free again for whoever follows.
    const { uid } = this.#live?.life ?? life;
    if (Buffer.from(uid).equals(life.uid)) return true;
    this.refusals.stranger++;
    const stranger = Buffer.from(life.uid).toString("hex");
    if (!this.#strangers.has(stranger) && this.#strangers.size < 16) {
      this.#strangers.add(stranger);
      this.#options.sink.stranger(life);
    }
    return false;
  }

  /** Sealed by the other board all the same: counted, and told once for each. */
  #isOfOtherVersion(bytes: Uint8Array): boolean {
    const version = otherVersionOf(bytes);
    if (version === undefined || this.#sealer.unseal(bytes) === undefined) return false;
    this.refusals.version++;
    if (!this.#versions.has(version)) this.#options.sink.otherVersion(version);
    this.#versions.add(version);
    return true;
  }

  #publish(packet: Packet): void {
    this.#options.sink.publish(this.#sealer.seal(writePacket(packet)));
  }
}
