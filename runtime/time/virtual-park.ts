import type { Bell, Park } from "./park.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/**
 * Waiting under virtual time: the clock goes to the expiry at once, unless the bell has rung. Nobody else runs
 * meanwhile, so a wait that only the bell could end would last for ever: `Error`.
 */
export class VirtualPark implements Park {
  readonly #bell: Pick<Bell, "read">;
  readonly #clock: VirtualClock;

  constructor(bell: Pick<Bell, "read">, clock: VirtualClock) {
    this.#bell = bell;
    this.#clock = clock;
  }

  until(untilUs: number, rung: number): void {
    if (this.#bell.read() !== rung || untilUs <= this.#clock.now()) return;
    if (untilUs === Number.POSITIVE_INFINITY) throw new Error("a park under virtual time waits for ever");
    this.#clock.advanceTo(untilUs);
  }
}
