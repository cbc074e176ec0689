/** The watchdog device that the guardian owns. */
export interface WatchdogPlan {
  /** `/dev/watchdog0`. */
  readonly device: string;
  /** Silence after which the board is reset, s. What the device makes of it is read back. */
  readonly limitS: number;
  /**
   * False where a reset cannot help: too many came one after the other, or nobody could count them. Then the device is
   * petted as long as the guardian's loop turns, whatever becomes of the runtime.
   */
  readonly mayReset: boolean;
  /** How long the runtime may fail to come up before a reset is tried, ms. Default 300000. */
  readonly bringUpLimitMs?: number;
}

/** Who is told that the guardian lives, beside its own log. */
export interface WatchPlan {
  /** systemd's socket, `NOTIFY_SOCKET` of sd_notify(3). */
  readonly notifySocket?: string;
  /** `WatchdogSec` of the service, ms; absent where the unit has none. */
  readonly serviceWatchMs?: number;
  /** A pipe to the launcher, where one stands in systemd's place. */
  readonly launcherFd?: number;
  readonly watchdog?: WatchdogPlan;
}
