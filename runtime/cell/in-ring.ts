/** The other end of an `OutRing`: frames as they were said, and when to look for them. */
import { ShortTexts } from "../boards/short-texts.ts";
import type { PortFrame } from "./control-frame.ts";
import { FrameRing, LONGEST_RING_FRAME } from "./frame-ring.ts";
import { decodeRingFrame } from "./ring-frame.ts";

export class InRing {
  readonly #ring: FrameRing;
  readonly #bytes = Buffer.alloc(LONGEST_RING_FRAME);

  readonly #texts = new ShortTexts();

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new FrameRing(memory);
  }

  get memory(): SharedArrayBuffer {
    return this.#ring.memory;
  }

  /** The next frame, if it was said before any frame of the port but the first `taken`. */
  next(taken: number): PortFrame | undefined {
    if (this.#ring.isEmpty || this.waitsFor(taken)) return undefined;
    const length = this.#ring.take(this.#bytes);
    return decodeRingFrame(this.#bytes.subarray(0, length), this.#texts);
  }

  /** The next frame was said after one that is still in the port. */
  waitsFor(taken: number): boolean {
    const number = this.#ring.next();
    return number !== undefined && ((number - taken) | 0) > 0;
  }

  /** Nothing is in it. */
  get isEmpty(): boolean {
    return this.#ring.isEmpty;
  }

  /** The reader wants to be woken from now on; false when something came meanwhile, and nobody will wake it for that. */
  sleeps(): boolean {
    this.#ring.sleep();
    return this.#ring.isEmpty || !this.#ring.wake();
  }
}
