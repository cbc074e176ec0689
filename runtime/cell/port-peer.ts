/**
 * A peer behind a MessagePort and a doorbell word in shared memory.
 *
 * Messages are bounded by credit; signals and control frames are never refused. What one turn of an event loop brings for a
 * cell can go together (`hold`): a port and a doorbell take ten times as long for a frame as it takes beside others.
 *
 * Between two threads small messages go through rings beside the port (`out-ring.ts`). Each says how many frames went through
 * the port before it, so that whoever takes has all in the order in which they were said.
 */
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Peer } from "../process/cell-contract.ts";
import type { Frame } from "../process/signal.ts";
import {
  messageIn,
  type PeerLink,
  type PortFrame,
  type RingFrame,
  type SeveralFrame,
} from "./control-frame.ts";
import { Credit } from "./credit.ts";
import { InRing } from "./in-ring.ts";
import { OutRing } from "./out-ring.ts";
import { PortCounts } from "./port-counts.ts";
import { refuseSharedMemory } from "./shared-memory.ts";

/** Frames that an event loop takes from a ring before it looks at all else. */
const FRAMES_PER_TURN = 256;
/** Through the port to an event loop that sleeps: look into the ring. No frame. */
const WAKE = 0;

type Sent = PortFrame | SeveralFrame | RingFrame;

export class PortPeer implements Peer {
  readonly cell: string;
  readonly incarnation: number;
  readonly #link: PeerLink;
  readonly #port: MessagePort;
  readonly #bell: Int32Array;
  readonly #credit: Credit;
  readonly #counts: PortCounts;
  readonly #out: OutRing | undefined;
  #in: InRing | undefined;
  #held: Frame[] = [];
  /** Something is in the ring that nobody was told of. */
  #isUntold = false;
  /** Of an event loop. */
  #onFrame: ((frame: PortFrame) => void) | undefined;
  #isLooking = false;

  constructor(link: PeerLink) {
    const { cell, incarnation, port, bell, counts, side, foreign, ringOut, ringIn } = link;
    this.cell = cell;
    this.incarnation = incarnation;
    this.#link = link;
    this.#port = port;
    this.#bell = new Int32Array(bell);
    this.#credit = new Credit(counts, side);
    this.#counts = new PortCounts(counts, side);
    if (!foreign)
      this.#out = new OutRing(this.#counts, ringOut, (memory) => this.#put({ control: "ring", memory }));
    if (ringIn !== undefined) this.#in = new InRing(ringIn);
  }

  /** For whoever takes this end over. */
  get link(): PeerLink {
    const [ringOut, ringIn] = [this.#out?.memory, this.#in?.memory];
    return { ...this.#link, ...(ringOut && { ringOut }), ...(ringIn && { ringIn }) };
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
    if (this.#held.length === 0 && this.#out?.put(frame) === true) this.#isUntold = true;
    else this.#held.push(frame);
    return true;
  }

  /** What was held leaves. */
  flush(): void {
    if (this.#held.length > 0) {
      const frames = this.#held;
      this.#held = [];
      this.#send(frames.length === 1 ? frames[0]! : { control: "several", frames });
    } else if (this.#isUntold) this.#ring();
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
      taken += this.#takeRing(onFrame, limit - taken);
      if (taken >= limit || this.#counts.isEmpty) break;
      // What was put into the ring before that is seen by now.
      if (this.#takeRing(onFrame, 1) === 1) {
        taken++;
        continue;
      }
      const received = receiveMessageOnPort(this.#port) as { message: Sent | typeof WAKE } | undefined;
      if (received === undefined) break;
      if (received.message !== WAKE) taken += this.#takeSent(received.message, onFrame);
    }
    // What was taken here is no event any more, and nobody wakes who does not sleep.
    if (this.#onFrame !== undefined && this.#in !== undefined) this.#lookSoon();
    return taken;
  }

  /** As `listen`; what was taken still counts as under way, until `giveBack`. */
  arrive(onFrame: (frame: PortFrame) => void): void {
    this.#onFrame = onFrame;
    this.#port.on("message", (sent: Sent | typeof WAKE) => {
      if (sent !== WAKE) {
        this.#takeRing(onFrame);
        this.#takeSent(sent, onFrame);
      }
      this.#look();
    });
    if (this.#in !== undefined) this.#lookSoon();
  }

  giveBack(messages: number, bytes: number): void {
    this.#credit.giveBack(messages, bytes);
  }

  close(): void {
    this.#port.close();
  }

  #admits(frame: PortFrame): boolean {
    const message = messageIn(frame);
    if (message === undefined) return true;
    if (this.#link.foreign || message !== frame) refuseSharedMemory(message.packed.body);
    return this.#credit.reserve(message.bytes);
  }

  #post(frame: PortFrame): void {
    if (this.#held.length === 0 && this.#out?.put(frame) === true) {
      this.#ring();
      return;
    }
    this.flush();
    this.#send(frame);
  }

  #send(frame: Sent): void {
    this.#put(frame);
    this.#ring();
  }

  #put(frame: Sent): void {
    this.#counts.sends();
    this.#port.postMessage(frame, transfers(frame));
  }

  #ring(): void {
    this.#isUntold = false;
    if (this.#out?.wakes() === true) this.#port.postMessage(WAKE);
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  #takeRing(onFrame: (frame: PortFrame) => void, limit = Number.POSITIVE_INFINITY): number {
    const ring = this.#in;
    if (ring === undefined) return 0;
    let taken = 0;
    for (; taken < limit; taken++) {
      const frame = ring.next(this.#counts.taken);
      if (frame === undefined) break;
      onFrame(frame);
    }
    return taken;
  }

  /** What came as one through the port; returns how many frames it was. */
  #takeSent(sent: Sent, onFrame: (frame: PortFrame) => void): number {
    this.#counts.took();
    if (!("control" in sent) || (sent.control !== "several" && sent.control !== "ring")) {
      onFrame(sent);
      return 1;
    }
    if (sent.control === "ring") {
      this.#in = new InRing(sent.memory);
      return 0;
    }
    for (const frame of sent.frames) onFrame(frame);
    return sent.frames.length;
  }

  /** Of an event loop: takes a turn's worth from the ring, and sleeps when that was all. */
  #look(): void {
    if (this.#in === undefined || this.#isLooking) return;
    this.#takeRing(this.#onFrame!, FRAMES_PER_TURN);
    // That one comes with an event.
    if (this.#in.waitsFor(this.#counts.taken)) return;
    if (!this.#in.isEmpty || !this.#in.sleeps()) this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      this.#look();
    });
  }

  #took(frame: PortFrame): void {
    const message = messageIn(frame);
    if (message !== undefined) this.#credit.giveBack(1, message.bytes);
  }
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
