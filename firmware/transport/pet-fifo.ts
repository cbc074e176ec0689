import { closeSync, constants, openSync, readSync } from "node:fs";
import { decodePet, PET, PET_FRAME_BYTES } from "./pet-frame.ts";

/** Pets in one read: with one each 10 ms those of 0.6 s. */
const FRAMES = 64;

/**
 * The guardian's end of the FIFO for pets. Nobody waits for it: a pet wakes no thread, those that came are taken when
 * somebody asks. One writer, whole frames (writes up to PIPE_BUF are atomic, pipe(7)).
 */
export class PetFifo {
  readonly #fd: number;
  readonly #bytes = new Uint8Array(FRAMES * PET_FRAME_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #filled = 0;
  #begun = false;
  #open = true;
  /** The runtime had it open, and has not any more. */
  ended = false;
  /** Frames that are no pets. */
  malformed = 0;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** When the newest pet since the last call was written, monotonic us; `undefined` when none came. */
  newest(): number | undefined {
    let newestUs: number | undefined;
    for (let more = this.#open; more; ) {
      const length = this.#read();
      this.#filled += length;
      more = this.#filled === this.#bytes.length;
      let at = 0;
      for (; at + PET_FRAME_BYTES <= this.#filled; at += PET_FRAME_BYTES) {
        const frame = decodePet(this.#view, at);
        if (frame?.kind === PET.pet) newestUs = frame.atUs;
        else this.malformed++;
      }
      this.#bytes.copyWithin(0, at, this.#filled);
      this.#filled -= at;
    }
    return newestUs;
  }

  close(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }

  /** Bytes that came; 0 also before somebody writes, and after. */
  #read(): number {
    try {
      const length = readSync(this.#fd, this.#bytes, this.#filled, this.#bytes.length - this.#filled, null);
      if (length > 0) this.#begun = true;
      else this.ended = this.#begun;
      return length;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      throw error;
    }
  }
}
