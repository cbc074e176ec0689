import type { Backend } from "../contracts/backend.ts";
import type { GuardianEvent } from "../contracts/control.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import type { Buses } from "./buses.ts";
import { Expander } from "./expander.ts";
import type { Output } from "./output.ts";
import { Rail } from "./rail.ts";

/** What the guardian does for its expanders. */
export interface ExpandersEffects {
  now(): number;
  sensed(token: number, level: number): void;
  /** A rail's output was commanded on: it is driven. */
  on(line: Output): void;
  event(event: GuardianEvent): void;
}

interface Place {
  readonly expander: Expander;
  readonly pin: number;
}

/** Where outputs are: the pins of expanders by their number, everything else a line of the backend. */
export class Expanders implements Pick<Backend, "drive" | "sense"> {
  readonly #backend: Backend;
  readonly #places = new Map<number, Place>();
  readonly #rails: Rail[] = [];
  readonly #adopt: (() => void)[] = [];

  constructor(
    { expanders = [] }: Pick<HardwarePlan, "expanders">,
    backend: Backend,
    buses: Buses,
    outputs: readonly Output[],
    effects: ExpandersEffects,
  ) {
    this.#backend = backend;
    for (const plan of expanders) {
      const own = plan.outputs.map(({ line }) => outputs.find((output) => output.plan.line === line)!);
      const feeds = outputs.find((output) => output.plan.line === plan.rail);
      const rail = feeds && new Rail(feeds, own, effects);
      if (rail !== undefined) this.#rails.push(rail);
      const expander = new Expander(plan, {
        transfer: (transfer) => buses.policy(plan.bus, transfer, effects.now()),
        sensed: effects.sensed,
        settled: () => rail?.look(effects.now()),
      });
      for (const [at, { pin }] of plan.outputs.entries()) this.#places.set(own[at]!.index, { expander, pin });
      this.#adopt.push(() =>
        expander.adopt((found) => {
          for (const [at, { pin }] of plan.outputs.entries()) {
            const { driven = false, level = 0 } = found[pin] ?? {};
            own[at]!.adopt(driven ? level : undefined, effects.now());
          }
        }),
      );
    }
  }

  /** Takes every expander over as it is; the answers come later. */
  adopt(): void {
    for (const adopt of this.#adopt.splice(0)) adopt();
  }

  has(index: number): boolean {
    return this.#places.has(index);
  }

  drive(index: number, level: number, token: number): void {
    const place = this.#places.get(index);
    if (place === undefined) this.#backend.drive(index, level, token);
    else place.expander.drive(place.pin, level, token);
  }

  sense(index: number, token: number): void {
    const place = this.#places.get(index);
    if (place === undefined) this.#backend.sense(index, token);
    else place.expander.sense(place.pin, token);
  }

  /** The guardian ends in order. */
  end(): void {
    for (const rail of this.#rails) rail.end();
  }
}
