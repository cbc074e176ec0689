/** The section `watchdog`: who pets the board's watchdog device. Exactly one program may. */
import * as v from "valibot";
import { choice, duration, durationMs } from "../../devices/field.ts";
import type { WatchdogPlan } from "../../firmware/contracts/watch-plan.ts";

const optional = v.exactOptional;
const DEVICE = "/dev/watchdog0";
/** A Raspberry Pi's counts to 15.99 s (bcm2835_wdt: 20 bits of 1/65536 s). */
const LIMIT = "15s";

export const watchdogSchema = v.pipe(
  v.strictObject({
    owner: choice(
      "Who pets it. guardian: Holdfast. systemd: RuntimeWatchdogSec in system.conf. none: nobody, and a system that hangs stays so.",
      ["guardian", "systemd", "none"],
    ),
    device: optional(
      v.pipe(
        v.string(),
        v.regex(/^\/dev\/[\w./-]{1,64}$/),
        v.description(`The device. Default: ${DEVICE}.`),
        v.metadata({ errorMessage: `the path of a watchdog device, such as "${DEVICE}"` }),
      ),
    ),
    limit: optional(
      duration(`Silence after which it resets the board. Default: ${LIMIT}, the most that a Pi counts to.`, {
        from: "2s",
        to: LIMIT,
        example: LIMIT,
      }),
    ),
  }),
  v.description(
    'The hardware watchdog, which resets a board whose system hangs. Only with "hardware": "linux".',
  ),
);

export type WatchdogConfig = v.InferOutput<typeof watchdogSchema>;

/** What the guardian is to do with the device; undefined where it is not the guardian's. */
export function watchdogPlan(
  { hardware, watchdog }: { readonly hardware: "emulated" | "linux"; readonly watchdog?: WatchdogConfig },
  mayReset: boolean,
): WatchdogPlan | undefined {
  if (hardware !== "linux" || watchdog?.owner !== "guardian") return undefined;
  const { device = DEVICE, limit = LIMIT } = watchdog;
  return { device, limitS: Math.floor(durationMs(limit) / 1000), mayReset };
}
