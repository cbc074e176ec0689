import type { OwnerEpoch } from "../contracts/control.ts";
import { DeadlineQueue } from "../transport/deadline-queue.ts";
import { FrameReader } from "../transport/frame.ts";
import { FrameStream } from "../transport/frame-stream.ts";

/** Frames of one owner in one turn: a cell that floods waits in its own FIFO, not in front of the others. */
const FRAMES_PER_OWNER = 32;
const POSITIONS = 65_536;

/** What a turn drives: the guardian. */
export interface TurnTarget {
  fence(fenced: OwnerEpoch): void;
  expire(): void;
  request(frame: FrameReader): void;
}

/**
 * One turn of the guardian's loop: fences first, then expired timers, then requests by deadline.
 * I/O callbacks only collect bytes; nothing is decided between turns.
 */
export class Turn {
  readonly #target: TurnTarget;
  readonly #inboxes: FrameStream[];
  /** Owners with bytes that no turn has looked at: a turn costs what has come, however many owners there are. */
  readonly #heard: Uint16Array;
  readonly #isHeard: Uint8Array;
  #heardCount = 0;
  readonly #queue: DeadlineQueue;
  readonly #frame = new FrameReader();
  readonly #fences: OwnerEpoch[] = [];
  /** Frames that named another owner than the FIFO they came through. */
  forged = 0;

  constructor(target: TurnTarget, slots: number) {
    this.#target = target;
    this.#inboxes = Array.from({ length: slots }, () => new FrameStream());
    this.#heard = new Uint16Array(slots);
    this.#isHeard = new Uint8Array(slots);
    this.#queue = new DeadlineQueue(slots * FRAMES_PER_OWNER);
  }

  fence(fenced: OwnerEpoch): void {
    this.#fences.push(fenced);
  }

  /** Takes bytes of an owner's FIFO; false when the inbox has no room for as many again. */
  bytes(owner: number, bytes: Uint8Array, length: number): boolean {
    const inbox = this.#inboxes[owner]!;
    inbox.append(bytes, length);
    if (this.#isHeard[owner] === 0) this.#hear(owner);
    return inbox.room >= bytes.length;
  }

  /** Forgets what a dead runtime left behind. */
  clear(): void {
    for (const inbox of this.#inboxes) inbox.clear();
    this.#isHeard.fill(0);
    this.#heardCount = 0;
    this.#fences.length = 0;
  }

  /** Room for another read of `length` bytes? */
  hasRoom(owner: number, length: number): boolean {
    return this.#inboxes[owner]!.room >= length;
  }

  get malformed(): number {
    return this.#inboxes.reduce((sum, { malformed }) => sum + malformed, 0);
  }

  /** True when frames are left for another turn. */
  run(): boolean {
    for (let fence = this.#fences.shift(); fence; fence = this.#fences.shift()) this.#target.fence(fence);
    this.#target.expire();
    const left = this.#collect();
    for (let value = this.#queue.pop(); value !== undefined; value = this.#queue.pop()) {
      const owner = Math.floor(value / POSITIONS);
      this.#inboxes[owner]!.again(this.#frame, value % POSITIONS);
      this.#target.request(this.#frame);
    }
    return left;
  }

  #hear(owner: number): void {
    this.#isHeard[owner] = 1;
    this.#heard[this.#heardCount++] = owner;
  }

  #collect(): boolean {
    const length = this.#heardCount;
    this.#heardCount = 0;
    for (let at = 0; at < length; at++) {
      const owner = this.#heard[at]!;
      this.#isHeard[owner] = 0;
      if (this.#collectFrom(owner)) this.#hear(owner);
    }
    return this.#heardCount > 0;
  }

  /** True when the owner has had its share, and there may be more. The start of a frame waits for the rest of it. */
  #collectFrom(owner: number): boolean {
    const inbox = this.#inboxes[owner]!;
    for (let taken = 0; inbox.pending > 0; taken++) {
      if (taken === FRAMES_PER_OWNER) return true;
      if (!inbox.next(this.#frame)) return false;
      if (this.#frame.owner !== owner) this.forged++;
      else this.#queue.push(this.#frame.deadlineUs, owner * POSITIONS + inbox.position(this.#frame));
    }
    return false;
  }
}
