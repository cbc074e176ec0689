import type { BusStatus } from "../contracts/backend.ts";

/** Failures in a row after which a chip is reset: three are no chance of noise, and at 1 Hz three seconds. */
const RESET_AFTER = 3;
/** Failures in a row after which its power is cycled: as many more, with the reset in vain. */
const POWER_AFTER = 6;
/** Time from a reset, or power-cycle, to the next one of a chip that stays away; doubled each time: it may be unplugged. */
const FIRST_REST_US = 30_000_000;
const LONGEST_REST_US = 3_600_000_000;
/** Times that it held the bus, none later than this after the one before, that put a chip into quarantine. */
const HARMS = 3;
/** Also how long a chip that is back must do no harm until it counts as any other. */
const PROBATION_US = 30_000_000;
const FIRST_QUARANTINE_US = 1_000_000;
const LONGEST_QUARANTINE_US = 60_000_000;

/** What a failure leads to. */
export type Remedy = "none" | "reset" | "power" | "quarantine";

/**
 * What becomes of one chip that fails. Not answering harms nobody: it is reset, then its power is cycled, rarely. A chip
 * that holds the bus (`bus_stuck`, or a clock that it does not let go: `timeout`) takes everybody along: at the third
 * time it is kept off the bus for a second, then tried with one transfer, and kept off for twice as long when it does
 * it again, up to a minute.
 */
export class ChipCare {
  #failures = 0;
  readonly #reset = new Rest();
  readonly #power = new Rest();
  #harms = 0;
  #harmUs = Number.NEGATIVE_INFINITY;
  #barredUntilUs = Number.NEGATIVE_INFINITY;
  #quarantineUs = 0;
  /** Its time is over, or runs, and it has not answered since. */
  #quarantined = false;

  get state(): "good" | "failing" | "quarantined" {
    return this.#quarantined ? "quarantined" : this.#failures > 0 ? "failing" : "good";
  }

  /** Whether a transfer with it would be refused now. */
  barred(nowUs: number): boolean {
    return this.#quarantined && nowUs < this.#barredUntilUs;
  }

  /** A transfer succeeded, or was at least no harm to the bus. True when that ends its quarantine. */
  answered(nowUs: number): boolean {
    this.#failures = 0;
    this.#reset.over();
    this.#power.over();
    return this.#harmless(nowUs);
  }

  /** A transfer failed after all its retries. `resets`, `power`: what its plan has. */
  failed(
    status: BusStatus,
    nowUs: number,
    has: { readonly reset: boolean; readonly power: boolean },
  ): Remedy {
    this.#failures++;
    if (isHarm(status)) {
      if (this.#harmed(nowUs)) return "quarantine";
    } else {
      this.#harmless(nowUs);
    }
    if (has.power && this.#failures >= POWER_AFTER && this.#power.take(nowUs)) return "power";
    return has.reset && this.#failures >= RESET_AFTER && this.#reset.take(nowUs) ? "reset" : "none";
  }

  /** The bus was held while this chip was kept off it: it was somebody else. True when it was in quarantine. */
  acquit(nowUs: number): boolean {
    if (!this.barred(nowUs)) return false;
    this.#quarantined = false;
    this.#quarantineUs = 0;
    this.#harms = 0;
    return true;
  }

  /** True when that is the one time too many. */
  #harmed(nowUs: number): boolean {
    const again = nowUs - this.#harmUs < PROBATION_US + this.#quarantineUs;
    this.#harmUs = nowUs;
    this.#harms = again ? this.#harms + 1 : 1;
    if (this.#harms < HARMS) return false;
    this.#quarantineUs = Math.min(
      Math.max(2 * this.#quarantineUs, FIRST_QUARANTINE_US),
      LONGEST_QUARANTINE_US,
    );
    this.#barredUntilUs = nowUs + this.#quarantineUs;
    this.#quarantined = true;
    return true;
  }

  #harmless(nowUs: number): boolean {
    if (nowUs - this.#harmUs >= PROBATION_US) {
      this.#harms = 0;
      this.#quarantineUs = 0;
    }
    const wasQuarantined = this.#quarantined;
    this.#quarantined = false;
    return wasQuarantined;
  }
}

/** How often something may be done that has not helped yet. */
class Rest {
  #untilUs = Number.NEGATIVE_INFINITY;
  #lengthUs = FIRST_REST_US;

  /** True when it may be done now, which begins the next rest. */
  take(nowUs: number): boolean {
    if (nowUs < this.#untilUs) return false;
    this.#untilUs = nowUs + this.#lengthUs;
    this.#lengthUs = Math.min(2 * this.#lengthUs, LONGEST_REST_US);
    return true;
  }

  over(): void {
    this.#untilUs = Number.NEGATIVE_INFINITY;
    this.#lengthUs = FIRST_REST_US;
  }
}

function isHarm(status: BusStatus): boolean {
  return status === "bus_stuck" || status === "timeout";
}
