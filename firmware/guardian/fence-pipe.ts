import type { OwnerEpoch } from "../contracts/control.ts";
import { FifoReader } from "../transport/fifo-reader.ts";
import { decodePet, PET, PET_FRAME_BYTES } from "../transport/pet-frame.ts";

/** The guardian's end of the FIFO through which the watchdog thread of a runtime fences owners. It is heard at once. */
export class FencePipe {
  readonly #fifo: FifoReader;
  readonly #onFence: (fenced: OwnerEpoch) => void;
  readonly #frame = new Uint8Array(PET_FRAME_BYTES);
  readonly #view = new DataView(this.#frame.buffer);
  #filled = 0;
  /** Frames that are no fences. */
  malformed = 0;

  /** `onEnd`: once, when the runtime had it open and has not any more. */
  constructor(path: string, onFence: (fenced: OwnerEpoch) => void, onEnd: () => void) {
    this.#onFence = onFence;
    this.#fifo = new FifoReader(path, {
      keepOpen: false,
      bytes: 1024,
      onBytes: (bytes, length) => this.#take(bytes, length),
      onEnd,
    });
  }

  close(): void {
    this.#fifo.close();
  }

  #take(bytes: Uint8Array, length: number): boolean {
    for (let i = 0; i < length; i++) {
      this.#frame[this.#filled++] = bytes[i]!;
      if (this.#filled < PET_FRAME_BYTES) continue;
      this.#filled = 0;
      const frame = decodePet(this.#view, 0);
      if (frame?.kind === PET.fence) this.#onFence({ owner: frame.owner, epoch: frame.epoch });
      else this.malformed++;
    }
    return true;
  }
}
