import type { Clock } from "../time/clock.ts";
import type { Bell, Park } from "../time/park.ts";
import { SleepPark } from "../time/sleep-park.ts";
import { SpinBudget } from "../time/spin-budget.ts";
import { SpinPark } from "../time/spin-park.ts";
import { type SpinPlace, SpinShares } from "../time/spin-shares.ts";

/** How a blocking cell waits: it spins where it was given a place for that. */
export function cellPark(bell: Bell, clock: Clock, spin: SpinPlace | undefined): Park {
  if (spin === undefined) return new SleepPark(bell, clock);
  return new SpinPark(bell, clock, new SpinBudget(new SpinShares(spin), clock.now()));
}
