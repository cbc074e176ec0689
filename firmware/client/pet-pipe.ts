import { constants, openSync, writeSync } from "node:fs";
import type { Clock } from "../../runtime/time/clock.ts";
import { encodePet, PET, PET_FRAME_BYTES } from "../transport/pet-frame.ts";
import { pipesIn } from "../transport/pipes.ts";

/** The watchdog thread's own ways to the guardian, one for pets and one for fences; it never waits. */
export class PetPipe {
  readonly #pets: number;
  readonly #fences: number;
  readonly #clock: Clock;
  readonly #frame = new Uint8Array(PET_FRAME_BYTES);
  readonly #view = new DataView(this.#frame.buffer);

  /** `directory`: `HOLDFAST_PIPES`. */
  constructor(directory: string, clock: Clock) {
    const { pet, fence } = pipesIn(directory, 0);
    const access = constants.O_WRONLY | constants.O_NONBLOCK;
    this.#pets = openSync(pet, access);
    this.#fences = openSync(fence, access);
    this.#clock = clock;
  }

  /** The runtime lives. Due every 10 ms. False when the pipe is full: the guardian is not reading. */
  pet(): boolean {
    return this.#send(this.#pets, PET.pet, 0, 0);
  }

  /** Takes its outputs from an owner that is late. False when the pipe is full: try again. */
  fence(owner: number, epoch: number): boolean {
    return this.#send(this.#fences, PET.fence, owner, epoch);
  }

  #send(fd: number, kind: number, owner: number, epoch: number): boolean {
    encodePet(this.#view, kind, owner, epoch, this.#clock.now());
    try {
      return writeSync(fd, this.#frame) === PET_FRAME_BYTES;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
      throw error;
    }
  }
}
