import type { Backend, BusStatus } from "../contracts/backend.ts";
import type { BusChip, BusChips } from "./bus-chips.ts";
import type { BusStatistics } from "./bus-statistics.ts";
import type { MuxSelection } from "./mux-selection.ts";

/** What a transfer is made of, and how it ends. */
export interface WireParts {
  /** Number of the adapter. */
  readonly adapter: number;
  readonly backend: Backend;
  readonly chips: BusChips;
  readonly mux: MuxSelection;
  readonly statistics: BusStatistics;
  /** Called once for each `start`. `chip` is who failed: the multiplexer where its channel could not be opened. */
  ended(chip: BusChip, status: BusStatus, bytes: Uint8Array, at: number, length: number, nowUs: number): void;
}

const NOTHING = new Uint8Array(0);

/** What is on the wire of one bus: first the channel of a chip behind a multiplexer is opened, then comes its transfer. */
export class BusWire {
  readonly #parts: WireParts;
  #chip: BusChip | undefined;
  #bytes: Uint8Array = NOTHING;
  readonly #size = { write: 0, read: 0 };
  /** The step of a selection that is under way. */
  readonly #step = { write: 0, read: 0 };
  #selector: BusChip | undefined;
  #sentUs = 0;

  constructor(parts: WireParts) {
    this.#parts = parts;
  }

  /** One at a time. The bytes must stay as they are until it has ended. */
  start(chip: BusChip, bytes: Uint8Array, write: number, read: number, nowUs: number): void {
    this.#chip = chip;
    this.#bytes = bytes;
    this.#size.write = write;
    this.#size.read = read;
    this.#proceed(chip, nowUs);
  }

  /** The backend's answer. */
  done(status: BusStatus, bytes: Uint8Array, at: number, length: number, nowUs: number): void {
    const chip = this.#chip;
    if (chip === undefined) return; // nothing is under way: an answer given twice changes nothing
    const { statistics, mux } = this.#parts;
    const selector = this.#selector;
    const size = selector === undefined ? this.#size : this.#step;
    const who = selector ?? chip;
    statistics.count(who.statistics, status, size, nowUs - this.#sentUs, nowUs);
    if (selector === undefined) {
      this.#end(chip, status, bytes, at, length, nowUs);
      return;
    }
    const took = mux.took(status, length > 0 ? bytes[at]! : NaN);
    if (took === "ok") this.#proceed(chip, nowUs);
    else this.#end(selector, took, NOTHING, 0, 0, nowUs);
  }

  #proceed(chip: BusChip, nowUs: number): void {
    const { backend, adapter, mux, chips } = this.#parts;
    this.#sentUs = nowUs;
    const step = mux.next(chip.segment);
    if (step === undefined) {
      this.#selector = undefined;
      backend.transfer(adapter, chip.address, this.#bytes, 0, this.#size.write, this.#size.read);
      return;
    }
    this.#selector = chips.at(adapter, step.address);
    this.#step.write = step.writeLength;
    this.#step.read = step.readLength;
    backend.transfer(adapter, step.address, step.bytes, 0, step.writeLength, step.readLength);
  }

  #end(chip: BusChip, status: BusStatus, bytes: Uint8Array, at: number, length: number, nowUs: number): void {
    const isBehind = this.#chip !== undefined && this.#chip.segment !== this.#parts.adapter;
    if (status !== "ok" && (isBehind || status === "bus_stuck" || status === "timeout"))
      this.#parts.mux.doubt();
    this.#chip = undefined;
    this.#selector = undefined;
    this.#parts.ended(chip, status, bytes, at, length, nowUs);
  }
}
