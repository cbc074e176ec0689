import type { Clock } from "../../runtime/time/clock.ts";
import type { WatchdogPlan } from "../contracts/watch-plan.ts";
import type { WatchdogTimer } from "../contracts/watchdog.ts";
import type { Watcher } from "./keep-alive.ts";
import type { RuntimeHealth } from "./runtime-health.ts";

/** Tries to bring the runtime up for so long before a reset; with the back-off that is about 15 of them. */
const BRING_UP_LIMIT_MS = 300_000;
/** Pets within one limit of the device: one that is lost, and one that comes late, cost nothing. */
const PETS_A_LIMIT = 5;

/** What became of the device, for the log. */
export interface WatchdogNews {
  /** Petting stops, and the board will be reset: the runtime has failed to come up for so long, ms. */
  withheld(failingMs: number): void;
  /** The device does not take its pets: told once. */
  lost(why: string): void;
}

/**
 * Pets the board's watchdog, exactly as long as a reset would do no good: while the guardian's own loop turns in time
 * (`KeepAlive` sees to that) and the runtime lives or may still come up. Devices, buses, broker and network
 * have no say.
 */
export class BoardWatchdog implements Watcher {
  readonly everyMs: number;
  /** What the device counts to, s. */
  readonly limitS: number;
  readonly #device: WatchdogTimer;
  readonly #plan: WatchdogPlan;
  readonly #health: RuntimeHealth;
  readonly #clock: Clock;
  readonly #news: WatchdogNews;
  #withheld = false;
  #lost = false;
  #closed = false;

  constructor(
    device: WatchdogTimer,
    plan: WatchdogPlan,
    { clock, health, news }: { readonly clock: Clock; readonly health: RuntimeHealth; news: WatchdogNews },
  ) {
    this.#device = device;
    this.#plan = plan;
    this.#clock = clock;
    this.#health = health;
    this.#news = news;
    this.limitS = device.setLimitS(plan.limitS);
    this.everyMs = (this.limitS * 1000) / PETS_A_LIMIT;
    device.pet();
  }

  alive(): void {
    if (this.#closed) return;
    if (this.#resetMayHelp()) return;
    try {
      this.#device.pet();
    } catch (error) {
      if (!this.#lost) this.#news.lost((error as Error).message);
      this.#lost = true;
    }
  }

  /** An orderly stop, outputs read back safe: no reset follows, unless the kernel has `nowayout`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#device.close();
  }

  #resetMayHelp(): boolean {
    const { mayReset, bringUpLimitMs = BRING_UP_LIMIT_MS } = this.#plan;
    const failingMs = this.#health.failingUs(this.#clock.now()) / 1000;
    const withheld = mayReset && failingMs >= bringUpLimitMs;
    if (withheld && !this.#withheld) this.#news.withheld(Math.round(failingMs));
    this.#withheld = withheld;
    return withheld;
  }
}
