/**
 * What leaves a cell for others: messages and signals, each as a frame, in the order they were sent.
 *
 * A monitor is held until its process sends, posts or waits: a request mostly follows at once, and both travel
 * as one frame. So at most one frame is held, and only in the middle of a resume.
 *
 * Cost: a message is packed once; one frame, and no closure.
 */
import type { CellCounts, Peer } from "./cell-contract.ts";
import { target } from "./links.ts";
import { pack } from "./pack.ts";
import type { Peers } from "./peers.ts";
import type { Pid } from "./pid.ts";
import type { Process } from "./process.ts";
import type { Frame, MessageFrame, MonitorFrame, WireTarget } from "./signal.ts";

const NEVER = Number.POSITIVE_INFINITY;

export class Outbox {
  readonly #peers: Peers;
  readonly #counts: CellCounts;
  #held: { readonly peer: Peer; readonly frame: MonitorFrame } | undefined;

  constructor(peers: Peers, counts: CellCounts) {
    this.#peers = peers;
    this.#counts = counts;
  }

  /** A monitor is held: it goes by `flush`, if nothing follows. */
  get isHolding(): boolean {
    return this.#held !== undefined;
  }

  /**
   * A message to a process of another cell, which lends `band`. Dropped and counted when there is no way, or no credit.
   * `sender`: who runs; with an `alias` it watches the receiver no longer.
   */
  send(
    sender: Process | undefined,
    pid: Pid,
    message: unknown,
    band: number,
    deadlineUs = NEVER,
    alias?: number,
  ): void {
    const { packed, bytes } = pack(message);
    const peer = this.#peers.of(pid);
    if (peer === undefined) {
      this.#counts.dead++;
      return;
    }
    const frame: Mutable<MessageFrame> = {
      kind: "message",
      to: target(pid),
      packed,
      deadlineUs,
      band,
      bytes,
    };
    if (alias !== undefined) {
      frame.alias = alias;
      // Who is answered watches no longer.
      if (sender?.abroad?.dropWatcher(pid, alias) === true) frame.closed = true;
    }
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      if (held.peer === peer && isSameTarget(held.frame.to, frame.to)) {
        frame.monitor = { from: held.frame.from, ref: held.frame.ref };
      } else held.peer.post(held.frame);
    }
    if (peer.post(frame)) return;
    this.#counts.credit++;
    // Only the message is refused.
    if (frame.monitor !== undefined) peer.post(held!.frame);
    if (frame.closed === true) sender!.addWatcherAbroad(pid, alias!);
  }

  /** A signal. False when there is no way to that cell. `mayHold`: somebody runs, and calls `flush` when it waits. */
  post(pid: Pid, frame: Frame, mayHold: boolean): boolean {
    if (this.#held !== undefined) this.flush();
    const peer = this.#peers.of(pid);
    if (peer === undefined) return false;
    if (frame.kind === "monitor" && mayHold) this.#held = { peer, frame };
    else peer.post(frame);
    return true;
  }

  /** Sends what is held. */
  flush(): void {
    const { peer, frame } = this.#held!;
    this.#held = undefined;
    peer.post(frame);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function isSameTarget(a: WireTarget, b: WireTarget): boolean {
  return a.number === b.number && a.key === b.key && a.incarnation === b.incarnation;
}
