/** What two boards publish to each other, in front of the seal. */
import { ByteReader, ByteWriter } from "./bytes.ts";
import { FrameError } from "./frame-error.ts";
import { PART } from "./out-stream.ts";

/** A board as it presents itself. */
export interface BoardLife {
  readonly board: string;
  /** Made at the first boot, kept for good: two boards with one name differ in it. 16 bytes. */
  readonly uid: Uint8Array;
  /** Counts the lives of its runtime. */
  readonly incarnation: number;
}

export type Packet =
  /** Asks the other side, whose part it is, to begin. */
  | { readonly type: "knock"; readonly from: BoardLife }
  | { readonly type: "hello"; readonly from: BoardLife; readonly nonce: Uint8Array }
  | {
      readonly type: "welcome";
      readonly from: BoardLife;
      /** The one of the hello, and its own. */
      readonly nonces: readonly [Uint8Array, Uint8Array];
    }
  | SessionPacket;

/** Packets of a session name it, and are sealed with its key. */
export type SessionPacket = { readonly session: number } & (
  | {
      readonly type: "data";
      readonly number: number;
      readonly parts: number;
      /** Since it was sent first, us. */
      readonly ageUs: number;
      /** Number of the last packet before it that is of a signal, or 0; written as how far before. */
      readonly signalBefore: number;
      /** Everything of the other side before this number is here; 0: it says nothing of that. */
      readonly has: number;
      readonly payload: Uint8Array;
    }
  | {
      readonly type: "confirm";
      readonly next: number;
      readonly missing: readonly number[];
      readonly lost: readonly (readonly [from: number, end: number])[];
    }
  /** `count` grows from beat to beat. Times are monotonic, us, each of its sender's clock. */
  | {
      readonly type: "beat";
      readonly count: number;
      readonly sentUs: number;
      /** The `sentUs` of the beat that was heard last, and how long ago that was; 0 and 0 before. */
      readonly heard: { readonly sentUs: number; readonly agoUs: number };
      /** Its clock of the world, ms since 1970; NaN while that is not set. */
      readonly wallMs: number;
      /** It wants one in return at once. */
      readonly asks: boolean;
      /** Number of its first packet that it does not know confirmed, or given up, here. */
      readonly keptFrom: number;
    }
  /** The other side ends in order. */
  | { readonly type: "bye" }
);

/**
 * First byte of every packet: what follows is read by those who know this version. In all versions this byte, and the seal of a
 * handshake at the end, are what they are: boards of two versions know each other well enough to say why they do not talk.
 */
export const VERSION = 3;
const TYPES = ["knock", "hello", "welcome", "data", "confirm", "beat", "bye"] as const;
export const NONCE_BYTES = 16;
export const UID_BYTES = 16;
const LONGEST_NAME = 64;
/** All of a data packet but its payload, with its seal, bytes. */
const MOST_BESIDE_PAYLOAD = 80;
/** Missing numbers and lost ranges in one packet. */
const MOST_LISTED = 256;

/** Which version a packet says that it is of; `undefined` when it is this one, or there are no bytes. */
export function otherVersionOf(bytes: Uint8Array): number | undefined {
  return bytes[0] === VERSION ? undefined : bytes[0];
}

/** The session that a packet belongs to, without looking at more of it; `undefined` for those of a handshake. */
export function sessionOf(bytes: Uint8Array): number | undefined {
  const reader = new ByteReader(bytes);
  const type = readType(reader);
  return isOfSession(type) ? reader.count() : undefined;
}

export function encodePacket(packet: Packet): Uint8Array {
  return writePacket(packet).take();
}

/** As `encodePacket`, for whoever writes a seal behind it. */
export function writePacket(packet: Packet): ByteWriter {
  const capacity = MOST_BESIDE_PAYLOAD + (packet.type === "data" ? packet.payload.length : 0);
  const out = new ByteWriter(Number.POSITIVE_INFINITY, capacity).u8(VERSION).u8(TYPES.indexOf(packet.type));
  switch (packet.type) {
    case "knock":
      life(out, packet.from);
      break;
    case "hello":
      life(out, packet.from).raw(packet.nonce);
      break;
    case "welcome":
      life(out, packet.from).raw(packet.nonces[0]).raw(packet.nonces[1]);
      break;
    default:
      ofSession(out.count(packet.session), packet);
  }
  return out;
}

function ofSession(out: ByteWriter, packet: SessionPacket): void {
  switch (packet.type) {
    case "data":
      out.count(packet.number).u8(packet.parts).count(Math.round(packet.ageUs));
      out
        .count(packet.number - packet.signalBefore)
        .count(packet.has)
        .raw(packet.payload);
      break;
    case "confirm":
      out.count(packet.next).count(packet.missing.length);
      for (const number of packet.missing) out.count(number);
      out.count(packet.lost.length);
      for (const [from, end] of packet.lost) out.count(from).count(end);
      break;
    case "beat":
      out.count(packet.count).f64(packet.sentUs).f64(packet.heard.sentUs).f64(packet.heard.agoUs);
      out
        .f64(packet.wallMs)
        .u8(packet.asks ? 1 : 0)
        .count(packet.keptFrom);
      break;
    case "bye":
      break;
  }
}

/** Throws `FrameError` for whatever is no packet. Payload and nonces are views. */
export function decodePacket(bytes: Uint8Array): Packet {
  const reader = new ByteReader(bytes);
  const type = readType(reader);
  const packet = isOfSession(type) ? readOfSession(reader, type) : readOfHandshake(reader, type);
  reader.end();
  return packet;
}

/** The first two bytes of every packet. */
function readType(reader: ByteReader): Packet["type"] {
  if (reader.u8() !== VERSION) throw new FrameError("another version");
  const type = TYPES[reader.u8()];
  if (type === undefined) throw new FrameError("no such packet");
  return type;
}

function readOfHandshake(reader: ByteReader, type: "knock" | "hello" | "welcome"): Packet {
  const from = readLife(reader);
  if (type === "knock") return { type, from };
  const nonce = reader.raw(NONCE_BYTES);
  return type === "hello" ? { type, from, nonce } : { type, from, nonces: [nonce, reader.raw(NONCE_BYTES)] };
}

function readOfSession(reader: ByteReader, type: SessionPacket["type"]): SessionPacket {
  const session = reader.count();
  switch (type) {
    case "data": {
      const [number, parts, ageUs] = [reader.count(), reader.u8(), reader.count()];
      const [signalBefore, has] = [number - reader.count(), reader.count()];
      if (parts > PART.several) throw new FrameError("no such part");
      if (signalBefore < 0) throw new FrameError("no such packet before");
      return { type, session, number, parts, ageUs, signalBefore, has, payload: reader.raw(reader.left) };
    }
    case "confirm": {
      const next = reader.count();
      const missing = listed(reader, () => reader.count());
      const lost = listed(reader, () => [reader.count(), reader.count()] as const);
      return { type, session, next, missing, lost };
    }
    case "beat": {
      const [count, sentUs] = [reader.count(), reader.f64()];
      const heard = { sentUs: reader.f64(), agoUs: reader.f64() };
      const [wallMs, asks, keptFrom] = [reader.f64(), reader.u8() === 1, reader.count()];
      return { type, session, count, sentUs, heard, wallMs, asks, keptFrom };
    }
    case "bye":
      return { type, session };
  }
}

function isOfSession(type: Packet["type"]): type is SessionPacket["type"] {
  return type !== "knock" && type !== "hello" && type !== "welcome";
}

function listed<T>(reader: ByteReader, read: () => T): T[] {
  const length = reader.count();
  if (length > MOST_LISTED) throw new FrameError("a list that is too long");
  return Array.from({ length }, read);
}

function life(out: ByteWriter, { board, uid, incarnation }: BoardLife): ByteWriter {
  return out.text(board).raw(uid).count(incarnation);
}

function readLife(reader: ByteReader): BoardLife {
  const board = reader.text();
  if (!/^[a-z0-9_-]+$/.test(board) || board.length > LONGEST_NAME) throw new FrameError("no name of a board");
  return { board, uid: reader.raw(UID_BYTES).slice(), incarnation: reader.count() };
}
