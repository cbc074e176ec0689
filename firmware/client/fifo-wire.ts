import { closeSync, constants, openSync, writeSync } from "node:fs";
import type { Clock } from "../../runtime/time/clock.ts";
import type { GuardianLink } from "../contracts/guardian-link.ts";
import { FrameReader, type FrameWriter, HEADER_BYTES, KIND, MAX_FRAME_BYTES } from "../transport/frame.ts";
import { Mailslot } from "../transport/mailslot.ts";
import { busWait, lineWait } from "./outside-wait.ts";
import type { Wire } from "./wire.ts";

/** Edges that wait for `poll`; more are dropped and counted. */
const UNASKED = 256;
/** A full request FIFO is tried again after this. */
const RETRY_MS = 1;

/** The cell's doorbell: whoever puts something in front of the cell adds one and notifies. */
export interface Doorbell {
  readonly bell: Int32Array;
  readonly bellIndex: number;
}

/** Told while the wire waits for an answer: who owes it is to blame for the time. `what` as in `outside-wait.ts`. */
export interface WaitSign {
  waitFor(what: number, untilUs: number): void;
  waited(): void;
}

/**
 * The wire of a cell in the runtime: requests through its FIFO, answers through its mailslot.
 *
 * While it waits it parks on the cell's own doorbell. A ring for something else wakes it, it looks into the
 * mailslot and parks again; the cell's loop, which compares the doorbell with the value it read before it
 * ran the process, then finds it changed and looks at its ports.
 */
export class FifoWire implements Wire {
  readonly owner: number;
  readonly epoch: number;
  readonly #clock: Clock;
  readonly #bell: Int32Array;
  readonly #bellIndex: number;
  readonly #spinUs: number;
  readonly #sign: WaitSign | undefined;
  readonly #fd: number;
  readonly #mailslot: Mailslot;
  readonly #bytes = new Uint8Array(MAX_FRAME_BYTES);
  readonly #frame = new FrameReader().over(this.#bytes);
  readonly #unasked: Uint8Array<ArrayBuffer>[] = [];
  /** Answers that came after their time limit, and edges without room. */
  late = 0;
  dropped = 0;
  waitedUs = 0;

  /** Ends the process when the guardian is gone, as each write does. */
  constructor(
    link: GuardianLink,
    options: Doorbell & { readonly clock: Clock; readonly spinUs?: number; readonly sign?: WaitSign },
  ) {
    this.owner = link.owner;
    this.epoch = link.epoch;
    this.#clock = options.clock;
    this.#bell = options.bell;
    this.#bellIndex = options.bellIndex;
    this.#spinUs = options.spinUs ?? 0;
    this.#sign = options.sign;
    this.#mailslot = new Mailslot(link.mailslot);
    try {
      this.#fd = openSync(link.requestPath, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      throw withoutGuardian(error);
    }
  }

  now(): number {
    return this.#clock.now();
  }

  exchange(frame: FrameWriter, deadlineUs: number): FrameReader | undefined {
    this.#sign?.waitFor(waitOf(frame), deadlineUs);
    const answer = this.#exchange(frame, deadlineUs);
    this.#sign?.waited();
    return answer;
  }

  #exchange(frame: FrameWriter, deadlineUs: number): FrameReader | undefined {
    const request = new DataView(frame.bytes.buffer).getUint32(4, true);
    while (!this.#write(frame)) {
      if (this.#clock.now() >= deadlineUs) return undefined;
      this.#park(Atomics.load(this.#bell, this.#bellIndex), RETRY_MS);
    }
    const sentUs = this.#clock.now();
    const isAnswered = this.#await(request, sentUs + this.#spinUs, deadlineUs);
    this.waitedUs += this.#clock.now() - sentUs;
    return isAnswered ? this.#frame : undefined;
  }

  /** Spins, then parks; true when the answer has come. */
  #await(request: number, spinEndUs: number, deadlineUs: number): boolean {
    for (;;) {
      const rings = Atomics.load(this.#bell, this.#bellIndex);
      if (this.#answer(request)) return true;
      const nowUs = this.#clock.now();
      if (nowUs >= deadlineUs) return false;
      if (nowUs >= spinEndUs) this.#park(rings, (deadlineUs - nowUs) / 1000);
    }
  }

  /** Its owner has ended; nothing is exchanged any more. */
  close(): void {
    closeSync(this.#fd);
  }

  poll(onFrame: (frame: FrameReader) => void): void {
    if (this.#unasked.length > 0) this.#handOver(onFrame);
    while (this.#next()) {
      if (this.#frame.kind === KIND.answer) this.late++;
      else onFrame(this.#frame);
    }
  }

  /** What came while an answer was waited for. */
  #handOver(onFrame: (frame: FrameReader) => void): void {
    const kept = new FrameReader();
    for (const bytes of this.#unasked.splice(0)) {
      kept.over(bytes).decode(0, bytes.length);
      onFrame(kept);
    }
  }

  #answer(request: number): boolean {
    while (this.#next()) {
      if (this.#frame.kind !== KIND.answer) this.#keep();
      else if (this.#frame.request === request) return true;
      else this.late++;
    }
    return false;
  }

  #next(): boolean {
    const length = this.#mailslot.take(this.#bytes);
    return length > 0 && this.#frame.decode(0, length) === "whole";
  }

  #keep(): void {
    if (this.#unasked.length < UNASKED) this.#unasked.push(this.#bytes.slice(0, this.#frame.length));
    else this.dropped++;
  }

  #park(rings: number, ms: number): void {
    Atomics.wait(this.#bell, this.#bellIndex, rings, ms);
  }

  #write(frame: FrameWriter): boolean {
    try {
      writeSync(this.#fd, frame.bytes, 0, frame.length);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
      throw withoutGuardian(error);
    }
  }
}

/**
 * Nobody reads the FIFO (EPIPE, ENXIO; fifo(7)): the guardian, which opens it with the first grant and keeps it open, is dead. Nobody may
 * command anything any more, and that is no crash of whoever finds it out first: the process ends, as it does when the reader thread sees it.
 */
function withoutGuardian(error: unknown): unknown {
  if (["EPIPE", "ENXIO"].includes(String((error as NodeJS.ErrnoException).code)))
    process.kill(process.pid, "SIGKILL");
  return error;
}

/** Every request names its line or bus first. */
function waitOf({ bytes }: FrameWriter): number {
  const number = bytes[HEADER_BYTES]! + 256 * bytes[HEADER_BYTES + 1]!;
  return bytes[2] === KIND.transfer ? busWait(number) : lineWait(number);
}
