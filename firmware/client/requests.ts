import { type FrameReader, FrameWriter, KIND } from "../transport/frame.ts";
import { RequestContract } from "../transport/request-contract.ts";
import { decodeStatus, type Status } from "../transport/status.ts";
import type { Wire } from "./wire.ts";

/** How a request ended. `frame` holds the answer when there is one; valid until the next request. */
export interface Answer {
  readonly status: Status;
  readonly frame: FrameReader | undefined;
}

/** What the guardian's protocol does not know: it does not leave, because the guardian would fence its sender. */
const REFUSED: Answer = { status: "refused", frame: undefined };

/** Requests of one cell, one at a time: ids, deadlines, encoding. */
export class Requests {
  readonly #wire: Wire;
  readonly #frame = new FrameWriter();
  readonly #limitUs: number;
  readonly #contract = new RequestContract();
  #request = 0;
  #endByUs = Number.POSITIVE_INFINITY;

  /** `limitMs`: how long one request may take, queue and wire included. */
  constructor(wire: Wire, limitMs: number) {
    this.#wire = wire;
    this.#limitUs = limitMs * 1000;
  }

  /** The requests that follow end by then, monotonic us. */
  endBy(us: number): void {
    this.#endByUs = us;
  }

  write(line: number, level: number): Answer {
    if (this.#contract.write(line, level) !== undefined) return REFUSED;
    const deadlineUs = this.#begin(KIND.write);
    this.#frame.u16(line).f64(level);
    return this.#exchange(deadlineUs);
  }

  renew(line: number): Answer {
    if (this.#contract.renew(line) !== undefined) return REFUSED;
    const deadlineUs = this.#begin(KIND.renew);
    this.#frame.u16(line);
    return this.#exchange(deadlineUs);
  }

  read(line: number): Answer {
    if (this.#contract.read(line) !== undefined) return REFUSED;
    const deadlineUs = this.#begin(KIND.read);
    this.#frame.u16(line);
    return this.#exchange(deadlineUs);
  }

  pulses(line: number): Answer {
    if (this.#contract.pulses(line) !== undefined) return REFUSED;
    const deadlineUs = this.#begin(KIND.pulses);
    this.#frame.u16(line);
    return this.#exchange(deadlineUs);
  }

  transfer(bus: number, address: number, bytes: ArrayLike<number>, readLength: number): Answer {
    if (this.#contract.transfer(bus, address, bytes.length, readLength) !== undefined) return REFUSED;
    const deadlineUs = this.#begin(KIND.transfer);
    this.#frame.u16(bus).u8(address).u8(0).u16(readLength).append(bytes);
    return this.#exchange(deadlineUs);
  }

  #begin(kind: number): number {
    this.#request = (this.#request + 1) >>> 0;
    const deadlineUs = Math.min(this.#wire.now() + this.#limitUs, this.#endByUs);
    this.#frame.begin(kind, 0, this.#request, this.#wire.owner, this.#wire.epoch, deadlineUs);
    return deadlineUs;
  }

  #exchange(deadlineUs: number): Answer {
    const frame = this.#wire.exchange(this.#frame, deadlineUs);
    return { status: frame === undefined ? "timeout" : decodeStatus(frame.status), frame };
  }
}
