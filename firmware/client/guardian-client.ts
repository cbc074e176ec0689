import type { Clock } from "../../runtime/time/clock.ts";
import type { GuardianLink } from "../contracts/guardian-link.ts";
import { type Doorbell, FifoWire, type WaitSign } from "./fifo-wire.ts";
import { WireHardware } from "./wire-hardware.ts";

export interface GuardianClientOptions extends Doorbell {
  readonly clock: Clock;
  /** Longest time of one request, ms. Default 250. */
  readonly limitMs?: number;
  /** How long to look for an answer before parking. Default 0: on shared cores spinning delays the answer. */
  readonly spinUs?: number;
  /** Where it is shown that the cell waits for the guardian. */
  readonly sign?: WaitSign;
}

/** The hardware of a cell in a runtime process, as far as it was granted. */
export class GuardianClient extends WireHardware {
  readonly #fifo: FifoWire;

  constructor(link: GuardianLink, options: GuardianClientOptions) {
    const fifo = new FifoWire(link, options);
    super(fifo, link, options.limitMs);
    this.#fifo = fifo;
  }

  /** For an owner that ended while its cell lives on: gives its descriptor back. */
  close(): void {
    this.#fifo.close();
  }
}
