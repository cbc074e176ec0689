/**
 * A peer behind a MessagePort and a doorbell word in shared memory.
 *
 * Messages are bounded by credit; signals and control frames are never refused.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Peer } from "../process/cell-contract.ts";
import { messageIn, type PeerLink, type PortFrame } from "./control-frame.ts";
import { Credit } from "./credit.ts";
import { refuseSharedMemory } from "./shared-memory.ts";

export class PortPeer implements Peer {
  readonly cell: string;
  readonly incarnation: number;
  /** For whoever takes this end over. */
  readonly link: PeerLink;
  readonly #bell: Int32Array;
  readonly #credit: Credit;

  constructor(link: PeerLink) {
    this.cell = link.cell;
    this.incarnation = link.incarnation;
    this.link = link;
    this.#bell = new Int32Array(link.bell);
    this.#credit = new Credit(link.credit, link.side);
  }

  /** Throws `UncopyableError` for shared memory on its way to another process or board. */
  post(frame: PortFrame): boolean {
    const message = messageIn(frame);
    if (message !== undefined) {
      if (this.link.foreign || message !== frame) refuseSharedMemory(message.packed.body);
      if (!this.#credit.reserve(message.bytes)) return false;
    }
    this.#post(frame);
    return true;
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

  /** Takes at most `limit` frames that have arrived, in order. */
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
      const received = receiveMessageOnPort(this.link.port) as { message: PortFrame } | undefined;
      if (received === undefined) break;
      taken++;
      onFrame(received.message);
    }
    return taken;
  }

  /** As `listen`; what was taken still counts as under way, until `giveBack`. */
  arrive(onFrame: (frame: PortFrame) => void): void {
    this.link.port.on("message", onFrame);
  }

  giveBack(messages: number, bytes: number): void {
    this.#credit.giveBack(messages, bytes);
  }

  close(): void {
    this.link.port.close();
  }

  #post(frame: PortFrame): void {
    this.link.port.postMessage(frame, transfers(frame));
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  #took(frame: PortFrame): void {
    const message = messageIn(frame);
    if (message !== undefined) this.#credit.giveBack(1, message.bytes);
  }
}

function transfers(frame: PortFrame): MessagePort[] {
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
