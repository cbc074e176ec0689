import type { Clock } from "../../runtime/time/clock.ts";
import type { OwnerEpoch } from "../contracts/control.ts";
import { FifoReader } from "../transport/fifo-reader.ts";
import { decodePet, PET, PET_FRAME_BYTES } from "../transport/pet-frame.ts";
import { isDying } from "./death-evidence.ts";

/** Two pets of 10 ms were missed: time to look at /proc. */
const SUSPICION_US = 22_000;
/** How often to look again while in doubt. */
const RECHECK_MS = 4;
/** How much longer silence is borne where a hypervisor takes the processors away. */
const STOLEN_FACTOR = 4;
/** A timer this late means that the guardian did not run. */
const STALL_US = 3_000;

/**
 * Listens to the watchdog thread of one runtime. Silence counts from the first pet, so a runtime may take
 * its time to start, though not for ever. Silence is judged only after the pipe was read, and time in which the guardian itself
 * was held up does not count towards the limit: on a machine that stalls, both stall together.
 */
export class PetWatch {
  readonly #clock: Clock;
  readonly #pid: number;
  readonly #limitUs: number;
  readonly #fifo: FifoReader;
  readonly #onDead: (by: "pipe" | "pet" | "proc") => void;
  readonly #onFence: (fenced: OwnerEpoch) => void;
  readonly #frame = new Uint8Array(PET_FRAME_BYTES);
  readonly #view = new DataView(this.#frame.buffer);
  readonly #steal: { readonly stolen: boolean };
  #filled = 0;
  #lastUs: number | undefined;
  /** How long the guardian was held up since the last pet. */
  #stalledUs = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  malformed = 0;

  constructor(options: {
    readonly path: string;
    readonly pid: number;
    readonly limitMs: number;
    /** Longest time until the first pet. */
    readonly startLimitMs: number;
    readonly clock: Clock;
    readonly steal: { readonly stolen: boolean };
    onDead(by: "pipe" | "pet" | "proc"): void;
    onFence(fenced: OwnerEpoch): void;
  }) {
    this.#clock = options.clock;
    this.#pid = options.pid;
    this.#steal = options.steal;
    this.#limitUs = options.limitMs * 1000;
    this.#onDead = options.onDead;
    this.#onFence = options.onFence;
    this.#fifo = new FifoReader(options.path, {
      keepOpen: false,
      bytes: 1024,
      onBytes: (bytes, length) => this.#bytes(bytes, length),
      onEnd: () => this.#dead("pipe"),
    });
    this.#armStart(options.startLimitMs);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#fifo.close();
  }

  #bytes(bytes: Uint8Array, length: number): boolean {
    for (let i = 0; i < length; i++) {
      this.#frame[this.#filled++] = bytes[i]!;
      if (this.#filled < PET_FRAME_BYTES) continue;
      this.#filled = 0;
      const frame = decodePet(this.#view, 0);
      if (frame === undefined) this.malformed++;
      else if (frame.kind === PET.fence) this.#onFence({ owner: frame.owner, epoch: frame.epoch });
      else this.#pet();
    }
    return true;
  }

  #pet(): void {
    const first = this.#lastUs === undefined;
    this.#lastUs = this.#clock.now();
    this.#stalledUs = 0;
    if (!first) return;
    clearTimeout(this.#timer);
    this.#arm(SUSPICION_US / 1000);
  }

  #armStart(limitMs: number): void {
    this.#timer = setTimeout(() => {
      setImmediate(() => {
        if (this.#lastUs === undefined) this.#dead("pet");
      });
    }, limitMs);
  }

  #arm(ms: number): void {
    if (this.#closed) return;
    const waitMs = Math.max(1, Math.ceil(ms));
    const dueUs = this.#clock.now() + waitMs * 1000;
    this.#timer = setTimeout(() => {
      const lateUs = this.#clock.now() - dueUs;
      if (lateUs > STALL_US) this.#stalledUs += lateUs;
      setImmediate(() => this.#judge()); // behind the pets that wait in the pipe
    }, waitMs);
  }

  #judge(): void {
    if (this.#closed) return;
    const silentUs = this.#silentUs();
    if (silentUs < SUSPICION_US) this.#arm((SUSPICION_US - silentUs) / 1000);
    else if (isDying(this.#pid)) this.#dead("proc");
    else if (silentUs - this.#stalledUs >= this.#bearableUs()) this.#dead("pet");
    else this.#arm(RECHECK_MS);
  }

  #bearableUs(): number {
    return this.#steal.stolen ? STOLEN_FACTOR * this.#limitUs : this.#limitUs;
  }

  #silentUs(): number {
    return this.#clock.now() - this.#lastUs!;
  }

  #dead(by: "pipe" | "pet" | "proc"): void {
    if (this.#closed) return;
    this.close();
    this.#onDead(by);
  }
}
