import type { BusStatus } from "../contracts/backend.ts";
import type { BusErrors } from "../contracts/bus-report.ts";
import { addressUs, transferUs } from "../transfer-time.ts";

/** The use of a bus is that of the last whole window. */
const WINDOW_US = 10_000_000;

/** What one chip has cost its bus. Constant memory. */
export class ChipStatistics {
  transfers = 0;
  bytes = 0;
  retries = 0;
  resets = 0;
  longestUs = 0;
  readonly errors: Record<keyof BusErrors, number> = {
    address_nak: 0,
    data_nak: 0,
    arbitration_lost: 0,
    bus_stuck: 0,
    timeout: 0,
    refused: 0,
  };
}

/** What has gone over one bus, and how much of its time that took. Constant memory. */
export class BusStatistics {
  readonly #hz: number;
  transfers = 0;
  /** By the bits of what was sent. */
  wireUs = 0;
  /** By the clock, from handing a transfer to the backend to its answer. */
  busyUs = 0;
  #windowUs: number;
  #windowWireUs = 0;
  #lastPercent = 0;

  constructor(hz: number, nowUs: number) {
    this.#hz = hz;
    this.#windowUs = nowUs;
  }

  /** Share of the bus's time that its transfers took in the last whole window of 10 s, percent, by their bits. */
  usePercent(nowUs: number): number {
    this.#roll(nowUs);
    return this.#lastPercent;
  }

  /** One transfer is over, whoever wanted it; `chip` undefined for steps of the owner itself. */
  count(
    chip: ChipStatistics | undefined,
    status: BusStatus,
    size: { readonly write: number; readonly read: number },
    tookUs: number,
    nowUs: number,
  ): void {
    this.#roll(nowUs);
    // An address that nobody acknowledged is all there was.
    const wireUs = status === "address_nak" ? addressUs(this.#hz) : transferUs(size, this.#hz);
    this.transfers++;
    this.wireUs += wireUs;
    this.busyUs += tookUs;
    this.#windowWireUs += wireUs;
    if (chip === undefined) return;
    chip.transfers++;
    chip.longestUs = Math.max(chip.longestUs, tookUs);
    if (status === "ok") chip.bytes += size.write + size.read;
    else chip.errors[status]++;
  }

  #roll(nowUs: number): void {
    const windows = Math.floor((nowUs - this.#windowUs) / WINDOW_US);
    if (windows < 1) return;
    this.#lastPercent = windows > 1 ? 0 : (100 * this.#windowWireUs) / WINDOW_US;
    this.#windowWireUs = 0;
    this.#windowUs += windows * WINDOW_US;
  }
}
