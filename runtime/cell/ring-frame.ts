/**
 * Messages between threads as bytes, for a `FrameRing`: all fields of a `MessageFrame`, or of an `AbroadFrame` with a message in
 * it, and its body as between boards (`encode-value.ts`). Structured cloning of the same takes four times as long.
 */
import { ByteReader, type ByteWriter } from "../boards/bytes.ts";
import { decodeValue } from "../boards/decode-value.ts";
import { encodeValue } from "../boards/encode-value.ts";
import { FrameError } from "../boards/frame-error.ts";
import type { ShortTexts } from "../boards/short-texts.ts";
import type { WirePid } from "../process/pid.ts";
import type { MessageFrame } from "../process/signal.ts";
import { UncopyableError } from "../process/uncopyable-error.ts";
import { type AbroadFrame, messageIn, type PortFrame } from "./control-frame.ts";
import { LONGEST_RING_FRAME } from "./frame-ring.ts";

/** What a frame has beside what all have: bits. */
const HAS = { deadline: 1, alias: 2, closed: 4, monitor: 8, board: 16, abroad: 32 } as const;

/** Writes into `out`, whose bytes are good until the next one; `undefined` for what is no message, too long, or holds memory that is shared. */
export function encodeRingFrame(out: ByteWriter, frame: PortFrame): Uint8Array | undefined {
  const message = messageIn(frame);
  // Its estimate is rather too much, and four times of what is written at the most.
  if (message === undefined || message.bytes > 4 * LONGEST_RING_FRAME) return undefined;
  try {
    write(out.clear(), message, "control" in frame ? (frame as AbroadFrame) : undefined);
    return out.take();
  } catch (error) {
    if (error instanceof FrameError || error instanceof UncopyableError) return undefined;
    throw error;
  }
}

function write(to: ByteWriter, message: MessageFrame, abroad: AbroadFrame | undefined): void {
  const { packed, deadlineUs, band, bytes, alias, closed, monitor, board } = message;
  const hasDeadline = deadlineUs !== Number.POSITIVE_INFINITY;
  to.u8(
    (hasDeadline ? HAS.deadline : 0) |
      (alias === undefined ? 0 : HAS.alias) |
      (closed === undefined ? 0 : HAS.closed) |
      (monitor === undefined ? 0 : HAS.monitor) |
      (board === undefined ? 0 : HAS.board) |
      (abroad === undefined ? 0 : HAS.abroad),
  );
  if (abroad !== undefined) to.text(abroad.board).count(abroad.life).text(abroad.cell);
  const { incarnation, number, key } = message.to;
  to.count(incarnation).count(number).text(key).u8(band).count(bytes);
  if (hasDeadline) to.f64(deadlineUs);
  if (alias !== undefined) to.count(alias);
  if (monitor !== undefined) writePid(to, monitor.from).count(monitor.ref);
  if (board !== undefined) to.text(board);
  to.count(packed.pids.length);
  for (const pid of packed.pids) writePid(to, pid);
  encodeValue(to, packed);
}

/** Throws `FrameError` for what `encodeRingFrame` does not write. Keeps nothing of `bytes`. `texts`: of the same ring. */
export function decodeRingFrame(bytes: Uint8Array, texts?: ShortTexts): MessageFrame | AbroadFrame {
  const from = new ByteReader(bytes, texts);
  const has = from.u8();
  const abroad =
    (has & HAS.abroad) === 0 ? undefined : { board: from.text(), life: from.count(), cell: from.text() };
  const to = { incarnation: from.count(), number: from.count(), key: from.text() };
  const band = from.u8();
  const size = from.count();
  const deadlineUs = (has & HAS.deadline) === 0 ? Number.POSITIVE_INFINITY : from.f64();
  const frame: { -readonly [K in keyof MessageFrame]: MessageFrame[K] } = {
    kind: "message",
    to,
    packed: NOTHING,
    deadlineUs,
    band,
    bytes: size,
  };
  if ((has & HAS.alias) !== 0) frame.alias = from.count();
  if ((has & HAS.closed) !== 0) frame.closed = true;
  if ((has & HAS.monitor) !== 0) frame.monitor = { from: readPid(from), ref: from.count() };
  if ((has & HAS.board) !== 0) frame.board = from.text();
  const pids: WirePid[] = [];
  for (let left = from.count(); left > 0; left--) pids.push(readPid(from));
  frame.packed = decodeValue(from, pids);
  return abroad === undefined ? frame : { control: "abroad", ...abroad, frame };
}

const NOTHING = { body: undefined, placeholders: [], pids: [] };

function writePid(to: ByteWriter, { board, cell, incarnation, number, key, life }: WirePid): ByteWriter {
  to.text(board).count(life === undefined ? 0 : life + 1);
  return to.text(cell).count(incarnation).count(number).text(key);
}

function readPid(from: ByteReader): WirePid {
  const board = from.text();
  const life = from.count();
  const cell = from.text();
  const pid = { board, cell, incarnation: from.count(), number: from.count(), key: from.text() };
  return life === 0 ? pid : { ...pid, life: life - 1 };
}
