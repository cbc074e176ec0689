import { SpiError, type SpiErrorCode, type SpiTarget } from "../contracts/spi.ts";
import type { Status } from "../transport/status.ts";
import type { Requests } from "./requests.ts";

const MAX_TRANSFER_BYTES = 256;

/** A chip on SPI behind the guardian. `number` is the bus on the wire; undefined when the bus was not granted. */
export class SpiClient implements SpiTarget {
  readonly bus: string;
  readonly select: number;
  readonly #requests: Requests;
  readonly #number: number | undefined;

  constructor(requests: Requests, bus: string, number: number | undefined, select: number) {
    this.#requests = requests;
    this.bus = bus;
    this.#number = number;
    this.select = select;
  }

  transfer(bytes: readonly number[]): Uint8Array {
    const { length } = bytes;
    if (this.#number === undefined) throw this.#error("refused", "bus not granted");
    if (length < 1 || length > MAX_TRANSFER_BYTES) throw this.#error("refused", `${length} bytes`);
    const { status, frame } = this.#requests.transfer(this.#number, this.select, bytes, length);
    if (status !== "ok") throw this.#error(codeOf(status));
    if (frame!.payloadLength !== length) {
      throw this.#error("refused", `${frame!.payloadLength} bytes instead of ${length}`);
    }
    return frame!.bytes.slice(frame!.payloadAt, frame!.payloadAt + length);
  }

  #error(code: SpiErrorCode, detail?: string): SpiError {
    return new SpiError(code, this.bus, this.select, detail);
  }
}

/** Of what a bus owner may say, SPI knows these. */
function codeOf(status: Status): SpiErrorCode {
  return status === "timeout" || status === "fenced" ? status : "refused";
}
