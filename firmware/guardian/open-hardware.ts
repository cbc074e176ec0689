import type { Clock } from "../../runtime/time/clock.ts";
import type { Backend } from "../contracts/backend.ts";
import type { WorldSet } from "../contracts/control.ts";
import type { GuardianPlan } from "../contracts/guardian-plan.ts";
import type { ServiceLink, WatchdogTimer } from "../contracts/watchdog.ts";

/** A backend, and the hand that changes the world around it where there is one. */
export interface OpenedHardware {
  readonly backend: Backend;
  /** Resolves to an error text when nothing was changed. */
  setWorld(set: Pick<WorldSet, "device" | "set">): Promise<string | undefined>;
}

/**
 * Opens the hardware that the plan names: no detection, no fall-back. `onLost` hears when it is gone for good, `report`
 * of parts that are away. Real hardware is loaded only where it is asked for. Throws `HardwareError`.
 */
export async function openHardware(
  plan: GuardianPlan,
  clock: Clock,
  onLost: (why: string) => void,
  report: (why: string) => void,
): Promise<OpenedHardware> {
  if (plan.linux !== undefined) {
    const { LinuxBackend } = await import("../linux/linux-backend.ts");
    const backend = await LinuxBackend.open(plan, plan.linux, { now: () => clock.now(), report });
    return { backend, setWorld: async () => "this board is real: nothing in its world can be set" };
  }
  if (plan.worldSocket === undefined) throw new TypeError("the plan names no hardware");
  const { WorldBackend } = await import("../emulated/world-backend.ts");
  const backend = await WorldBackend.open(plan, plan.worldSocket, onLost);
  return { backend, setWorld: ({ device, set }) => backend.set(device, set) };
}

/** The board's watchdog device, which counts from now on. Throws `HardwareError` with what helps. */
export async function openWatchdog(path: string): Promise<WatchdogTimer> {
  const { WatchdogDevice } = await import("../linux/watchdog-device.ts");
  return WatchdogDevice.open(path);
}

/** `socket`: `NOTIFY_SOCKET`. Throws RangeError for one that is none. */
export async function openServiceManager(socket: string): Promise<ServiceLink> {
  const { ServiceManager } = await import("../linux/service-manager.ts");
  return new ServiceManager(socket);
}
