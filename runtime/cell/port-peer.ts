/**
 * A peer behind a MessagePort and a doorbell word in shared memory.
 *
 * Messages are bounded by credit; signals and control frames are never refused. What one turn of an event loop brings for a
 * cell can go together (`hold`): a port and a doorbell take ten times as long for a frame as it takes beside others.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Peer } from "../process/cell-contract.ts";
import type { Frame } from "../process/signal.ts";
import { messageIn, type PeerLink, type PortFrame, type SeveralFrame } from "./control-frame.ts";
import { Credit } from "./credit.ts";
import { refuseSharedMemory } from "./shared-memory.ts";

export class PortPeer implements Peer {
  readonly cell: string;
  readonly incarnation: number;
  /** For whoever takes this end over. */
  readonly link: PeerLink;
  readonly #bell: Int32Array;
  readonly #credit: Credit;
  #held: Frame[] = [];

  constructor(link: PeerLink) {
    this.cell = link.cell;
    this.incarnation = link.incarnation;
    this.link = link;
    this.#bell = new Int32Array(link.bell);
    this.#credit = new Credit(link.credit, link.side);
  }

  /** Throws `UncopyableError` for shared memory on its way to another process or board. */
  post(frame: PortFrame): boolean {
    if (!this.#admits(frame)) return false;
    this.#post(frame);
    return true;
  }

  /** As `post`; it leaves with the next `flush`, or before what is posted. */
  hold(frame: Frame): boolean {
    if (!this.#admits(frame)) return false;
    this.#held.push(frame);
    return true;
  }

  /** What was held leaves. */
  flush(): void {
    if (this.#held.length === 0) return;
    const frames = this.#held;
    this.#held = [];
    this.#send(frames.length === 1 ? frames[0]! : { control: "several", frames });
  }

  /** As `post`, for a message that had its credit from whoever sent it here. */
  forward(frame: PortFrame): void {
    const message = messageIn(frame);
    if (message !== undefined) this.#credit.count(message.bytes);
    this.#post(frame);
  }

  /** Messages and bytes that the other side has not taken yet. */
  underWay(): { messages: number; bytes: number } {
    return this.#credit.underWay();
  }

  /** Takes frames that have arrived, in order: no more when there are `limit`, which those that go together may exceed. */
  drain(onFrame: (frame: PortFrame) => void, limit = Number.POSITIVE_INFINITY): number {
    return this.take((frame) => {
      this.#took(frame);
      onFrame(frame);
    }, limit);
  }

  /** For cells with an event loop: frames are handed over as they arrive. */
  listen(onFrame: (frame: PortFrame) => void): void {
    this.arrive((frame) => {
      this.#took(frame);
      onFrame(frame);
    });
  }

  /** As `drain`; what was taken still counts as under way, until `giveBack`. */
  take(onFrame: (frame: PortFrame) => void, limit = Number.POSITIVE_INFINITY): number {
    let taken = 0;
    while (taken < limit) {
      const received = receiveMessageOnPort(this.link.port) as { message: Sent } | undefined;
      if (received === undefined) break;
      taken += each(received.message, onFrame);
    }
    return taken;
  }

  /** As `listen`; what was taken still counts as under way, until `giveBack`. */
  arrive(onFrame: (frame: PortFrame) => void): void {
    this.link.port.on("message", (sent: Sent) => void each(sent, onFrame));
  }

  giveBack(messages: number, bytes: number): void {
    this.#credit.giveBack(messages, bytes);
  }

  close(): void {
    this.link.port.close();
  }

  #admits(frame: PortFrame): boolean {
    const message = messageIn(frame);
    if (message === undefined) return true;
    if (this.link.foreign || message !== frame) refuseSharedMemory(message.packed.body);
    return this.#credit.reserve(message.bytes);
  }

  #post(frame: PortFrame): void {
    this.flush();
    this.#send(frame);
  }

  #send(frame: Sent): void {
    this.link.port.postMessage(frame, transfers(frame));
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  #took(frame: PortFrame): void {
    const message = messageIn(frame);
    if (message !== undefined) this.#credit.giveBack(1, message.bytes);
  }
}

type Sent = PortFrame | SeveralFrame;

/** Hands over what came as one; returns how many frames it was. */
function each(sent: Sent, onFrame: (frame: PortFrame) => void): number {
  if (!("control" in sent) || sent.control !== "several") {
    onFrame(sent);
    return 1;
  }
  for (const frame of sent.frames) onFrame(frame);
  return sent.frames.length;
}

function transfers(frame: Sent): MessagePort[] {
  if (!("control" in frame)) return [];
  switch (frame.control) {
    case "peerUp":
      return [frame.link.port];
    case "trial":
      return [frame.gate.port];
    case "yours":
      return frame.links.map(({ port }) => port);
    default:
      return [];
  }
}
