/**
 * A peer behind a MessagePort and a doorbell word in shared memory.
 *
 * What is under way is bounded by credit that both sides count in shared memory: a flooder is stopped at
 * its own edge (unread posts would grow the process outside every heap limit). Signals and control frames
 * are never refused.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Peer } from "../process/cell-contract.ts";
import type { PeerLink, PortFrame } from "./control-frame.ts";

/** Messages and bytes under way from one cell to another. */
const CREDIT = { messages: 2000, bytes: 4 << 20 };

export class PortPeer implements Peer {
  readonly cell: string;
  readonly incarnation: number;
  readonly #link: PeerLink;
  readonly #bell: Int32Array;
  readonly #credit: Int32Array;
  readonly #out: number;
  readonly #in: number;

  constructor(link: PeerLink) {
    this.cell = link.cell;
    this.incarnation = link.incarnation;
    this.#link = link;
    this.#bell = new Int32Array(link.bell);
    this.#credit = new Int32Array(link.credit);
    this.#out = link.side * 2;
    this.#in = (1 - link.side) * 2;
  }

  post(frame: PortFrame): boolean {
    if ("kind" in frame && frame.kind === "message") {
      const used = Atomics.load(this.#credit, this.#out);
      const bytes = Atomics.load(this.#credit, this.#out + 1);
      if (used >= CREDIT.messages || bytes + frame.bytes > CREDIT.bytes) return false;
      Atomics.add(this.#credit, this.#out, 1);
      Atomics.add(this.#credit, this.#out + 1, frame.bytes);
    }
    this.#link.port.postMessage(frame, transfers(frame));
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
    return true;
  }

  /** Takes at most `limit` frames that have arrived, in order. */
  drain(onFrame: (frame: PortFrame) => void, limit = Number.POSITIVE_INFINITY): number {
    let taken = 0;
    while (taken < limit) {
      const received = receiveMessageOnPort(this.#link.port) as { message: PortFrame } | undefined;
      if (received === undefined) break;
      taken++;
      this.#took(received.message);
      onFrame(received.message);
    }
    return taken;
  }

  /** For cells with an event loop: frames are handed over as they arrive. */
  listen(onFrame: (frame: PortFrame) => void): void {
    this.#link.port.on("message", (frame: PortFrame) => {
      this.#took(frame);
      onFrame(frame);
    });
  }

  close(): void {
    this.#link.port.close();
  }

  #took(frame: PortFrame): void {
    if (!("kind" in frame) || frame.kind !== "message") return;
    Atomics.sub(this.#credit, this.#in, 1);
    Atomics.sub(this.#credit, this.#in + 1, frame.bytes);
  }
}

function transfers(frame: PortFrame): MessagePort[] {
  return "control" in frame && frame.control === "peerUp" ? [frame.link.port] : [];
}
