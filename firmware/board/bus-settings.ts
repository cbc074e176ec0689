/**
 * What config.txt has to say so that Raspberry Pi OS has the buses and the PWM of a plan: the lines that `hardwareProblems` asks for where one is
 * turned off.
 */
import type { BusPlan } from "../contracts/bus-plan.ts";
import type { HardwarePlan } from "../contracts/output-plan.ts";
import { spiPins } from "../spi-pins.ts";
import { busOverlay } from "./bus-state.ts";
import { clockSetting } from "./bus-wiring.ts";
import { pwmOverlay } from "./pwm-places.ts";

/** A line each, in an order in which the firmware takes them; none for a plan without buses and PWM. */
export function busSettings({ buses, outputs }: Pick<HardwarePlan, "buses" | "outputs">): readonly string[] {
  const pwm = outputs
    .filter(({ kind }) => kind === "pwm")
    .map(({ line }) => Number(line.slice("GPIO".length)));
  const settings = [
    ...buses.flatMap(settingsOf),
    // The analogue audio output of a Pi 2 to 4 is the same hardware.
    ...(pwm.length === 0 ? [] : ["dtparam=audio=off", pwmOverlay(pwm)]),
  ];
  // What follows an overlay is first asked of that: parameters of the board come before.
  return [...settings.filter(isParameter), ...settings.filter((line) => !isParameter(line))];
}

function settingsOf({ bus, hz, spi, w1 }: BusPlan): readonly string[] {
  if (w1 !== undefined) return [`dtoverlay=w1-gpio,gpiopin=${w1.line.slice("GPIO".length)}`];
  if (spi !== undefined) return [spiPins(bus)?.overlay ?? `dtoverlay=${bus}-1cs`];
  const clock = clockSetting(bus, hz);
  return isParameter(clock) ? [busOverlay(bus), clock] : [clock];
}

function isParameter(line: string): boolean {
  return line.startsWith("dtparam=");
}
