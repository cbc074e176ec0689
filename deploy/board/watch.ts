/** Who watches this guardian: what systemd or the launcher left in its environment. */
import type { WatchPlan } from "../../firmware/contracts/watch-plan.ts";

type Environment = Record<string, string | undefined>;

/**
 * Reads it and takes it out of the environment, so that the runtime cannot speak for the guardian
 * (sd_notify(3), sd_watchdog_enabled(3)).
 */
export function takeWatch(environment: Environment): WatchPlan {
  const take = (name: string) => {
    const text = environment[name];
    delete environment[name];
    return text === undefined || text === "" ? undefined : text;
  };
  const notifySocket = take("NOTIFY_SOCKET");
  const watchdogUs = take("WATCHDOG_USEC");
  const launcherFd = take("HOLDFAST_BEAT_FD");
  take("WATCHDOG_PID");
  return {
    ...(notifySocket === undefined ? {} : { notifySocket }),
    ...(watchdogUs === undefined ? {} : { serviceWatchMs: Number(watchdogUs) / 1000 }),
    ...(launcherFd === undefined ? {} : { launcherFd: Number(launcherFd) }),
  };
}
