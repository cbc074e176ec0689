import type { PwmPlace } from "../contracts/guardian-plan.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import { PwmLines } from "./pwm-lines.ts";

/**
 * Drives the PWM outputs of a plan to their safe levels without a guardian: for whoever cleans up after one, because a
 * channel keeps its pulses whoever dies. An output with `onCrash: "hold"` is left as it is. Resolves to the outputs
 * that do not read back their safe level. Throws `HardwareError` when a channel is not to be had.
 */
export async function drivePwmSafe(
  { outputs }: Pick<HardwarePlan, "outputs">,
  places: Readonly<Record<string, PwmPlace>>,
): Promise<readonly string[]> {
  const wanted = outputs.filter(({ kind, onCrash }) => kind === "pwm" && onCrash !== "hold");
  const lines = await PwmLines.open(wanted, places);
  const unsafe = wanted.filter(({ safe, activeLow }, index) => {
    const level = (safe === "on") === activeLow ? 0 : 1;
    return lines.drive(index, level) !== level;
  });
  lines.close();
  return unsafe.map(({ line }) => line);
}
