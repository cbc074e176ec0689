import { constants, openSync, writeSync } from "node:fs";
import type { Clock } from "../../runtime/time/clock.ts";
import { encodePet, PET, PET_FRAME_BYTES } from "../transport/pet-frame.ts";
import { pipesIn } from "../transport/pipes.ts";

/** The watchdog thread's own way to the guardian; it never waits. */
export class PetPipe {
  readonly #fd: number;
  readonly #clock: Clock;
  readonly #frame = new Uint8Array(PET_FRAME_BYTES);
  readonly #view = new DataView(this.#frame.buffer);

  /** `directory`: `HOLDFAST_PIPES`. */
  constructor(directory: string, clock: Clock) {
    this.#fd = openSync(pipesIn(directory, 0).pet, constants.O_WRONLY | constants.O_NONBLOCK);
    this.#clock = clock;
  }

  /** The runtime lives. Due every 10 ms. False when the pipe is full: the guardian is not reading. */
  pet(): boolean {
    return this.#send(PET.pet, 0, 0);
  }

  /** Takes its outputs from an owner that is late. False when the pipe is full: try again. */
  fence(owner: number, epoch: number): boolean {
    return this.#send(PET.fence, owner, epoch);
  }

  #send(kind: number, owner: number, epoch: number): boolean {
    encodePet(this.#view, kind, owner, epoch, this.#clock.now());
    try {
      return writeSync(this.#fd, this.#frame) === PET_FRAME_BYTES;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
      throw error;
    }
  }
}
