/**
 * Entry of the runtime's reader thread: the only thread that blocks in a system call. It reads the `reply`
 * FIFO and puts each frame into the mailslot of the cell it is for, then rings that cell's doorbell.
 *
 * It cannot be ended from outside; the process ends by SIGKILL. The end of the FIFO means that the guardian
 * is dead: nobody may command anything any more, so the process ends itself at once.
 */
import { constants, openSync, readSync } from "node:fs";
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { type PlaceGiven, type ThreadPlace, takePlace } from "../../runtime/time/thread-place.ts";
import { NICE, setThreadNice } from "../../runtime/time/thread-priority.ts";
import { FrameReader } from "../transport/frame.ts";
import { FrameStream } from "../transport/frame-stream.ts";
import { Mailslot } from "../transport/mailslot.ts";

export interface ReaderThreadData {
  readonly replyPath: string;
  /** Brings new mailslots. */
  readonly port: MessagePort;
  /** One word: frames for nobody (late frames of an ended owner). */
  readonly unrouted: Int32Array;
  /** Real-time policy of this thread. */
  readonly place?: ThreadPlace;
}

/** Once, when it reads; `placed`: what it was given of the place that it asked for. */
export interface ReadingNotice {
  readonly placed: PlaceGiven | undefined;
}

/** A cell that wants its frames. It replaces the one before it in the same slot. */
export interface MailslotNotice {
  readonly owner: number;
  readonly epoch: number;
  readonly mailslot: SharedArrayBuffer;
  readonly bell: Int32Array;
  readonly bellIndex: number;
}

setThreadNice(NICE.reader);
const { replyPath, port, unrouted, place } = workerData as ReaderThreadData;
const cells = new Map<number, { notice: MailslotNotice; mailslot: Mailslot }>();
const stream = new FrameStream(131_072);
const frame = new FrameReader();
const chunk = new Uint8Array(65_536);
const fd = openSync(replyPath, constants.O_RDONLY);
port.postMessage({ placed: place && takePlace(place) } satisfies ReadingNotice);

for (;;) {
  const length = readSync(fd, chunk);
  if (length === 0) process.kill(process.pid, "SIGKILL");
  for (let packet = receiveMessageOnPort(port); packet; packet = receiveMessageOnPort(port)) {
    const notice = packet.message as MailslotNotice;
    cells.set(notice.owner, { notice, mailslot: new Mailslot(notice.mailslot) });
  }
  stream.append(chunk, length);
  while (stream.next(frame)) route();
}

function route(): void {
  const cell = cells.get(frame.owner);
  if (cell === undefined || cell.notice.epoch !== frame.epoch) {
    Atomics.add(unrouted, 0, 1);
    return;
  }
  cell.mailslot.put(frame.bytes, frame.payloadAt - (frame.length - frame.payloadLength), frame.length);
  const { bell, bellIndex } = cell.notice;
  Atomics.add(bell, bellIndex, 1);
  Atomics.notify(bell, bellIndex);
}
