/** The short way out of a thread: small messages as bytes in shared memory, with the number of frames that went through the port before. */
import { ByteWriter } from "../boards/bytes.ts";
import type { PortFrame } from "./control-frame.ts";
import { createFrameRing, FrameRing, LONGEST_RING_FRAME } from "./frame-ring.ts";
import type { PortCounts } from "./port-counts.ts";
import { encodeRingFrame } from "./ring-frame.ts";

/** Messages before a ring is worth its memory: most pairs of cells never say more. */
const BEFORE = 8;

export class OutRing {
  readonly #counts: PortCounts;
  readonly #open: (memory: SharedArrayBuffer) => void;
  readonly #writer = new ByteWriter(LONGEST_RING_FRAME);
  #ring: FrameRing | undefined;
  #before = 0;

  /** `memory`: of one that is open. `open`: tells the other side of a new one, through the port. */
  constructor(
    counts: PortCounts,
    memory: SharedArrayBuffer | undefined,
    open: (memory: SharedArrayBuffer) => void,
  ) {
    this.#counts = counts;
    this.#open = open;
    if (memory !== undefined) this.#ring = new FrameRing(memory);
  }

  get memory(): SharedArrayBuffer | undefined {
    return this.#ring?.memory;
  }

  /** False for what has to go through the port: no message, or too much. */
  put(frame: PortFrame): boolean {
    const bytes = encodeRingFrame(this.#writer.clear(), frame);
    if (bytes === undefined) return false;
    if (this.#ring !== undefined) return this.#ring.put(bytes, this.#counts.sent);
    if (++this.#before < BEFORE) return false;
    this.#ring = new FrameRing(createFrameRing());
    this.#open(this.#ring.memory);
    return false;
  }

  /** True when the other side sleeps, and is to be woken by a word through the port. */
  wakes(): boolean {
    return this.#ring?.wake() === true;
  }
}
