/**
 * One side of a process boundary: ends of ports on this side, a stream of frames to the other. The kernel's
 * process has one for each child cell, and the child's process has its counterpart.
 *
 * Credit stays right across: what left a port here counts as under way for its sender until the other side
 * tells that the one it was for took it. It is told every 10 ms, or every 500 messages.
 */
import type { WayFrame, WayId } from "./child-frame.ts";
import { messageIn, type PeerLink, type PortFrame } from "./control-frame.ts";
import { PortPeer } from "./port-peer.ts";

const REPORT_MS = 10;
const REPORT_MESSAGES = 500;

interface Way {
  readonly peer: PortPeer;
  readonly onFrame: (frame: PortFrame) => void;
  /** Put into the port since the way was opened. */
  messages: number;
  bytes: number;
  /** Of these, told to the other side as taken. */
  toldMessages: number;
  toldBytes: number;
}

export class PortBridge {
  readonly #send: (frame: WayFrame) => void;
  readonly #ways = new Map<WayId, Way>();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (frame: WayFrame) => void) {
    this.#send = send;
  }

  /** Frames that come out of this port go to `onFrame`; default: to the other side. */
  open(way: WayId, link: PeerLink, onFrame = (frame: PortFrame) => this.pass(way, frame)): void {
    const peer = new PortPeer(link);
    this.#ways.set(way, { peer, onFrame, messages: 0, bytes: 0, toldMessages: 0, toldBytes: 0 });
    peer.arrive(onFrame);
  }

  /** To the other side. */
  pass(way: WayId, frame: PortFrame): void {
    this.#send({ type: "frame", way, frame });
  }

  /** From the other side. What is for a way that is closed is dropped: its cell is gone. */
  deliver(frame: WayFrame): void {
    const way = this.#ways.get(frame.way);
    if (way === undefined) return;
    if (frame.type === "credit") way.peer.giveBack(frame.messages, frame.bytes);
    else this.#put(frame.way, way, frame.frame);
  }

  /** Takes what waits in the port now. */
  drain(id: WayId): void {
    const way = this.#ways.get(id);
    way?.peer.take(way.onFrame);
  }

  drainAll(): void {
    for (const id of this.#ways.keys()) this.drain(id);
  }

  /** Forgets a way; its port is closed by the one who knows that nothing is left in it. */
  forget(id: WayId): void {
    this.#ways.delete(id);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const { peer } of this.#ways.values()) peer.close();
    this.#ways.clear();
  }

  #put(id: WayId, way: Way, frame: PortFrame): void {
    way.peer.forward(frame);
    const message = messageIn(frame);
    if (message === undefined) return;
    way.messages++;
    way.bytes += message.bytes;
    if (way.messages - way.toldMessages >= REPORT_MESSAGES) this.#report(id, way);
    this.#timer ??= setTimeout(() => this.#reportAll(), REPORT_MS);
  }

  #reportAll(): void {
    this.#timer = undefined;
    let open = false;
    for (const [id, way] of this.#ways) {
      this.#report(id, way);
      if (way.messages > way.toldMessages) open = true;
    }
    if (open) this.#timer = setTimeout(() => this.#reportAll(), REPORT_MS);
  }

  #report(id: WayId, way: Way): void {
    const under = way.peer.underWay();
    const messages = way.messages - under.messages - way.toldMessages;
    const bytes = way.bytes - under.bytes - way.toldBytes;
    if (messages <= 0) return;
    way.toldMessages += messages;
    way.toldBytes += bytes;
    this.#send({ type: "credit", way: id, messages, bytes });
  }
}
