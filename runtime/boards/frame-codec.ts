/**
 * Frames between cells of two boards as bytes. Whom a message is for stands first, so that it can be told of a loss by
 * the first packet alone. Pids name the life of their board's runtime; those that are at home where they arrive lose it.
 * Deadlines travel as the time that is left when the frame is sent: boards have no clock in common.
 */
import type { ExitReason } from "../process/exit-reason.ts";
import type { Membership } from "../process/groups.ts";
import type { WirePid } from "../process/pid.ts";
import type { Frame, MessageFrame, SignalFrame, WireTarget } from "../process/signal.ts";
import { isReason } from "../protocol/foreign-message.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { decodeValue } from "./decode-value.ts";
import { encodeValue } from "./encode-value.ts";
import { FrameError } from "./frame-error.ts";
import { type Here, KEY_BYTES, readName, readPid, writePid } from "./pid-codec.ts";

/** A cell of a board, and a process of it. */
export interface Addressee {
  readonly cell: string;
  readonly to: WireTarget;
}

/** What one board tells another beside frames between their cells. */
export type BoardNotice =
  /** These names are public, in the place of all before, or beside them. */
  | {
      readonly notice: "names";
      readonly anew: boolean;
      readonly names: readonly (readonly [string, WirePid])[];
    }
  | { readonly notice: "unnamed"; readonly name: string; readonly pid: WirePid }
  /** These processes are so often in these groups; `anew`: and nobody else is in any. */
  | { readonly notice: "members"; readonly anew: boolean; readonly members: readonly Membership[] }
  /** A cell's life is over, and so are all processes of it. */
  | {
      readonly notice: "cellDown";
      readonly cell: string;
      readonly incarnation: number;
      readonly cause: ExitReason;
    }
  /** A message to this process is lost. */
  | ({ readonly notice: "lost" } & Addressee);

export type FromBoard = { readonly cell: string; readonly frame: Frame } | BoardNotice;

const KINDS = ["message", "exit", "link", "unlink", "monitor", "demonitor", "down"] as const;
const NOTICES = { names: 16, unnamed: 17, lost: 18, cellDown: 19, members: 20 } as const;
const MOST_PIDS = 4096;
const MOST_IDS = 1024;

/**
 * In the place of what the writer held. Throws `FrameError` for a frame of more than it takes, `UncopyableError` for shared
 * memory.
 */
export function encodeFrame(out: ByteWriter, cell: string, frame: Frame, here: Here): Uint8Array {
  out.clear().u8(KINDS.indexOf(frame.kind));
  addressee(out, cell, frame.to);
  if (frame.kind === "message") message(out, frame, here);
  else signal(out, frame, here);
  return out.take();
}

export function encodeNotice(notice: BoardNotice, here: Here): Uint8Array {
  const out = new ByteWriter().u8(NOTICES[notice.notice]);
  switch (notice.notice) {
    case "names":
      out.u8(notice.anew ? 1 : 0).count(notice.names.length);
      for (const [name, pid] of notice.names) writePid(out.text(name), pid, here);
      break;
    case "unnamed":
      writePid(out.text(notice.name), notice.pid, here);
      break;
    case "members":
      out.u8(notice.anew ? 1 : 0).count(notice.members.length);
      for (const { group, pid, times } of notice.members) writePid(out.text(group), pid, here).count(times);
      break;
    case "lost":
      addressee(out, notice.cell, notice.to);
      break;
    case "cellDown":
      reason(out.text(notice.cell).count(notice.incarnation), notice.cause);
      break;
  }
  return out.take();
}

/** Throws `FrameError` for whatever is none. */
export function decodeFromBoard(bytes: Uint8Array, here: Here): FromBoard {
  const reader = new ByteReader(bytes);
  const kind = reader.u8();
  const found = readFromBoard(reader, kind, here);
  reader.end();
  return found;
}

/**
 * Of a frame, by the bytes it begins with; `undefined` for what is not for a process. `isPlain`: a message on which no
 * monitor depends. Throws `FrameError`.
 */
export function addresseeOf(start: Uint8Array): (Addressee & { readonly isPlain: boolean }) | undefined {
  const reader = new ByteReader(start);
  const kind = KINDS[reader.u8()];
  if (kind === undefined) return undefined;
  const addressee = readAddressee(reader);
  return { ...addressee, isPlain: kind === "message" && (reader.u8() & (HAS.closed | HAS.monitor)) === 0 };
}

function readFromBoard(reader: ByteReader, kind: number, here: Here): FromBoard {
  switch (kind) {
    case NOTICES.names: {
      const anew = reader.u8() === 1;
      const names = Array.from(
        { length: reader.countOf(1) },
        () => [readName(reader), readPid(reader, here)] as const,
      );
      return { notice: "names", anew, names };
    }
    case NOTICES.unnamed:
      return { notice: "unnamed", name: readName(reader), pid: readPid(reader, here) };
    case NOTICES.members: {
      const anew = reader.u8() === 1;
      const members = Array.from({ length: reader.countOf(1) }, () => readMembership(reader, here));
      return { notice: "members", anew, members };
    }
    case NOTICES.lost:
      return { notice: "lost", ...readAddressee(reader) };
    case NOTICES.cellDown: {
      const cell = readName(reader);
      return { notice: "cellDown", cell, incarnation: reader.count(), cause: readReason(reader) };
    }
  }
  const { cell, to } = readAddressee(reader);
  const frame = kind === 0 ? readMessage(reader, to, here) : readSignal(reader, KINDS[kind], to, here);
  return { cell, frame };
}

/** What a message has beside what all have: bits. */
const HAS = { deadline: 1, alias: 2, closed: 4, monitor: 8 } as const;

function message(out: ByteWriter, frame: MessageFrame, here: Here): void {
  const { packed, deadlineUs, band, bytes, alias, closed, monitor } = frame;
  const hasDeadline = Number.isFinite(deadlineUs);
  out.u8(
    (hasDeadline ? HAS.deadline : 0) |
      (alias === undefined ? 0 : HAS.alias) |
      (closed === undefined ? 0 : HAS.closed) |
      (monitor === undefined ? 0 : HAS.monitor),
  );
  out.u8(band).count(bytes);
  if (hasDeadline) out.f64(deadlineUs - here.nowUs);
  if (alias !== undefined) out.count(alias);
  if (monitor !== undefined) writePid(out, monitor.from, here).count(monitor.ref);
  out.count(packed.pids.length);
  for (const pid of packed.pids) writePid(out, pid, here);
  encodeValue(out, packed);
}

function readMessage(reader: ByteReader, to: WireTarget, here: Here): MessageFrame {
  const has = reader.u8();
  const [band, bytes] = [reader.u8(), reader.count()];
  if (band > LEAST_BAND) throw new FrameError("no such band");
  const deadlineUs = (has & HAS.deadline) === 0 ? Number.POSITIVE_INFINITY : here.nowUs + reader.f64();
  if (Number.isNaN(deadlineUs)) throw new FrameError("no deadline");
  const alias = (has & HAS.alias) === 0 ? {} : { alias: reader.count() };
  const closed = (has & HAS.closed) === 0 ? {} : ({ closed: true } as const);
  const monitor =
    (has & HAS.monitor) === 0 ? {} : { monitor: { from: readPid(reader, here), ref: reader.count() } };
  const pids = list(reader, MOST_PIDS, () => readPid(reader, here));
  const packed = decodeValue(reader, pids);
  return { kind: "message", to, packed, deadlineUs, band, bytes, ...alias, ...closed, ...monitor };
}

/** Of the bands of a process. */
const LEAST_BAND = 4;

function signal(out: ByteWriter, frame: SignalFrame, here: Here): void {
  writePid(out, frame.from, here);
  switch (frame.kind) {
    case "exit":
      out.u8(frame.links === undefined ? 0 : 1);
      texts(out, frame.links ?? []);
      reason(out, frame.reason);
      break;
    case "link":
      out.text(frame.id);
      break;
    case "unlink":
      texts(out, frame.ids);
      break;
    case "monitor":
    case "demonitor":
      out.count(frame.ref);
      break;
    case "down":
      out.count(frame.ref);
      reason(out, frame.reason);
      break;
  }
}

function readSignal(
  reader: ByteReader,
  kind: (typeof KINDS)[number] | undefined,
  to: WireTarget,
  here: Here,
): SignalFrame {
  if (kind === undefined) throw new FrameError("no such frame");
  const from = readPid(reader, here);
  switch (kind) {
    case "exit": {
      const isOfLinks = reader.u8() === 1;
      const links = list(reader, MOST_IDS, () => reader.text());
      const why = readReason(reader);
      return isOfLinks ? { kind, to, from, reason: why, links } : { kind, to, from, reason: why };
    }
    case "link":
      return { kind, to, from, id: reader.text() };
    case "unlink":
      return { kind, to, from, ids: list(reader, MOST_IDS, () => reader.text()) };
    case "monitor":
    case "demonitor":
      return { kind, to, from, ref: reader.count() };
    case "down": {
      const ref = reader.count();
      return { kind, to, from, ref, reason: readReason(reader) };
    }
    default:
      throw new FrameError("no such signal");
  }
}

/** Plain data, with the stack of an error written out. */
function reason(out: ByteWriter, why: ExitReason): void {
  encodeValue(out, { body: why, placeholders: [], pids: [] });
}

function readReason(reader: ByteReader): ExitReason {
  const why = decodeValue(reader, []).body;
  const isPlain = typeof why === "object" && why !== null && Object.getPrototypeOf(why) === Object.prototype;
  // Cells look into it themselves: what throws there would end all that lives in one.
  if ((typeof why !== "string" && !isPlain) || !isReason(why)) throw new FrameError("no reason");
  return why;
}

function addressee(out: ByteWriter, cell: string, { incarnation, number, key }: WireTarget): void {
  out.text(cell).count(incarnation).count(number).hex(key, KEY_BYTES);
}

function readAddressee(reader: ByteReader): Addressee {
  const cell = readName(reader);
  return { cell, to: { incarnation: reader.count(), number: reader.count(), key: reader.hex(KEY_BYTES) } };
}

function readMembership(reader: ByteReader, here: Here): Membership {
  return { group: readName(reader), pid: readPid(reader, here), times: reader.count() };
}

function texts(out: ByteWriter, all: readonly string[]): void {
  out.count(all.length);
  for (const text of all) out.text(text);
}

function list<T>(reader: ByteReader, most: number, read: () => T): T[] {
  const length = reader.countOf(1);
  if (length > most) throw new FrameError(`${length} parts`);
  const all: T[] = [];
  for (let index = 0; index < length; index++) all.push(read());
  return all;
}
