import type { Clock } from "../../runtime/time/clock.ts";
import type { WatchdogPlan, WatchPlan } from "../contracts/watch-plan.ts";
import type { ServiceLink } from "../contracts/watchdog.ts";
import { BoardWatchdog } from "./board-watchdog.ts";
import { KeepAlive } from "./keep-alive.ts";
import { launcherWatcher } from "./launcher-watch.ts";
import type { Log } from "./log.ts";
import { openServiceManager, openWatchdog } from "./open-hardware.ts";
import { RuntimeHealth } from "./runtime-health.ts";

/** Pets within one `WatchdogSec`; sd_watchdog_enabled(3) asks for two. */
const PETS_A_SERVICE_LIMIT = 4;

/**
 * Everybody who watches the guardian: the service manager or the launcher, and the board's watchdog device. A device
 * that cannot be had is said in the log and keeps nothing from working: lines come first.
 */
export class Watchers {
  readonly health: RuntimeHealth;
  readonly #alive: KeepAlive;
  readonly #service: ServiceLink | undefined;
  #watchdog: BoardWatchdog | undefined;
  #isReady = false;
  #status = "outputs at their policy, runtime starting";

  private constructor(clock: Clock, plan: WatchPlan, service: ServiceLink | undefined) {
    this.health = new RuntimeHealth(clock.now());
    this.#alive = new KeepAlive(clock);
    this.#service = service;
    if (service !== undefined && plan.serviceWatchMs !== undefined) {
      this.#alive.add({
        everyMs: plan.serviceWatchMs / PETS_A_SERVICE_LIMIT,
        alive: () => service.alive(),
      });
    }
    if (plan.launcherFd !== undefined) this.#alive.add(launcherWatcher(plan.launcherFd));
  }

  /** System calls are loaded only where somebody is to be told through them. */
  static async open(clock: Clock, plan: WatchPlan, log: Log): Promise<Watchers> {
    const { notifySocket, watchdog } = plan;
    const service = notifySocket === undefined ? undefined : await openServiceManager(notifySocket);
    const watchers = new Watchers(clock, plan, service);
    if (watchdog !== undefined) await watchers.#openWatchdog(clock, watchdog, log);
    return watchers;
  }

  /** The lines are adopted and at their policy, or have had their time. Only the first call counts. */
  ready(): void {
    if (!this.#isReady) this.#service?.ready(this.#status);
    this.#isReady = true;
  }

  status(text: string): void {
    this.#status = text;
    this.#service?.status(text);
  }

  stopping(): void {
    this.#service?.stopping();
  }

  /** After an orderly stop: nobody acts on the silence that follows. */
  close(): void {
    this.#alive.close();
    this.#watchdog?.close();
  }

  /** Figures for diagnosis. */
  stats(): Record<string, number> {
    return {
      lateBeats: this.#alive.late,
      watchdogLimitS: this.#watchdog?.limitS ?? 0,
      droppedNotifications: this.#service?.dropped ?? 0,
    };
  }

  async #openWatchdog(clock: Clock, plan: WatchdogPlan, log: Log): Promise<void> {
    let device: Awaited<ReturnType<typeof openWatchdog>> | undefined;
    try {
      device = await openWatchdog(plan.device);
      this.#watchdog = new BoardWatchdog(device, plan, {
        clock,
        health: this.health,
        news: {
          withheld: (failingMs) => log.line({ resetComing: { failingMs, atUs: clock.now() } }),
          lost: (why) => log.line({ watchdogLost: { why, atUs: clock.now() } }),
        },
      });
      const { identity, stoppable } = device;
      const { limitS } = this.#watchdog;
      log.line({ watchdogPetted: { device: plan.device, identity, askedS: plan.limitS, limitS, stoppable } });
      this.#alive.add(this.#watchdog);
    } catch (error) {
      // From opening on it counts: one that cannot be set up would reset the board for ever.
      device?.close();
      this.#watchdog = undefined;
      log.line({ watchdogLost: { why: (error as Error).message, atUs: clock.now() } });
    }
  }
}
