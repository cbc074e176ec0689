/**
 * Which of a device's readings the telemetry is told: people look once a second, a device may measure a hundred times
 * as often, and each message wakes another thread. Whoever decides by the readings gets every one of them.
 *
 * Told at once: a change of quality, of a yes or no, and of a number by its resolution or more, though not more often
 * than every `publishEveryMs`. Otherwise what stays as it is is told anew every `publishEveryMs`, so that it is not
 * taken for old.
 */
import type { Reading } from "../catalogue.ts";
import type { ReadingMessage } from "./contracts.ts";
import type { DevicePlan } from "./device-plan.ts";

interface Told {
  reading: ReadingMessage;
  /** When its value last changed by what counts, and when it was last told, us. */
  changedUs: number;
  toldUs: number;
}

type Plan = Pick<DevicePlan, "readings" | "publishEveryMs" | "job">;

export class TelemetryPace {
  readonly #readings: Readonly<Record<string, Reading>>;
  readonly #everyUs: number;
  readonly #told = new Map<string, Told>();

  constructor(plan: Plan) {
    this.#readings = plan.readings;
    this.#everyUs = isPaced(plan) ? plan.publishEveryMs * 1000 : 0;
  }

  /** True when this is to be told now; then it counts as told. */
  isNews(reading: ReadingMessage): boolean {
    if (this.#everyUs === 0) return true;
    const nowUs = reading.sampledAtUs;
    const told = this.#told.get(reading.reading);
    if (told === undefined) {
      this.#told.set(reading.reading, { reading, changedUs: nowUs, toldUs: nowUs });
      return true;
    }
    const differs = this.#differs(told.reading, reading);
    const atOnce =
      reading.quality !== told.reading.quality || (differs && typeof reading.value === "boolean");
    const sinceUs = differs ? told.changedUs : told.toldUs;
    if (!atOnce && nowUs - sinceUs < this.#everyUs) return false;
    told.reading = reading;
    told.toldUs = nowUs;
    if (differs) told.changedUs = nowUs;
    return true;
  }

  #differs({ value: was }: ReadingMessage, { reading, value }: ReadingMessage): boolean {
    if (typeof value !== "number" || typeof was !== "number") return value !== was;
    const known = this.#readings[reading];
    return Math.abs(value - was) >= (known?.type === "number" ? known.resolution : 0) && value !== was;
  }
}

/** Age at which a reading that was not told anew is stale, ms: two more jobs should have told it by then. */
export function staleAfterMs(everyMs: number, publishEveryMs: number): number {
  return isPaced({ job: { everyMs }, publishEveryMs }) ? publishEveryMs + 2 * everyMs : 3 * everyMs;
}

/** A device that measures about as often as people are told tells everything: nothing is saved by leaving out. */
function isPaced({ job, publishEveryMs }: { job: { everyMs: number }; publishEveryMs: number }): boolean {
  return 2 * job.everyMs <= publishEveryMs;
}
