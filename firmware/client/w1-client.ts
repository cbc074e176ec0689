import { W1Error, type W1ErrorCode, type W1Target } from "../contracts/w1.ts";
import type { Status } from "../transport/status.ts";
import type { Requests } from "./requests.ts";

const MAX_TRANSFER_BYTES = 256;

/** A 1-wire device behind the guardian. `number` is the bus on the wire; undefined when the bus was not granted. */
export class W1Client implements W1Target {
  readonly bus: string;
  readonly place: number;
  readonly #requests: Requests;
  readonly #number: number | undefined;

  constructor(requests: Requests, bus: string, number: number | undefined, place: number) {
    this.#requests = requests;
    this.bus = bus;
    this.#number = number;
    this.place = place;
  }

  write(bytes: readonly number[]): void {
    this.#transfer(bytes, 0);
  }

  writeRead(bytes: readonly number[], length: number): Uint8Array {
    return this.#transfer(bytes, length);
  }

  #transfer(bytes: readonly number[], readLength: number): Uint8Array {
    if (this.#number === undefined) throw this.#error("refused", "bus not granted");
    const longest = Math.max(bytes.length, readLength);
    if (bytes.length < 1 || longest > MAX_TRANSFER_BYTES) throw this.#error("refused", `${longest} bytes`);
    const { status, frame } = this.#requests.transfer(this.#number, this.place, bytes, readLength);
    if (status !== "ok") throw this.#error(codeOf(status));
    // A bus owner that has nothing yet answers with nothing.
    if (frame!.payloadLength !== readLength) throw this.#error("not_ready");
    return frame!.bytes.slice(frame!.payloadAt, frame!.payloadAt + readLength);
  }

  #error(code: W1ErrorCode, detail?: string): W1Error {
    return new W1Error(code, this.bus, this.place, detail);
  }
}

/** Of what a bus owner may say, 1-wire knows these; who does not answer to its number is absent. */
function codeOf(status: Status): W1ErrorCode {
  if (status === "address_nak") return "absent";
  return status === "timeout" || status === "fenced" ? status : "refused";
}
