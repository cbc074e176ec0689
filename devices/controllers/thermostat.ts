/** The two-point thermostat as a control law: settings that commands change, and its own hysteresis state. */
import type { ControlLaw, LawInput } from "../handler/control-law.ts";
import { decideHeating, type ThermostatReason } from "./hysteresis.ts";

export interface ThermostatPlan {
  readonly setpointC: number;
  readonly bandC: number;
  readonly maxAgeMs: number;
}

export function thermostatLaw({ setpointC, bandC, maxAgeMs }: ThermostatPlan): ControlLaw {
  const settings = { enabled: true, setpointC, bandC };
  let heating = false;
  const look = (input: LawInput | undefined) => {
    const { on, reason } = decideHeating(heating, aged(input, maxAgeMs), settings);
    const trusted = reason.code !== "input_stale" && reason.code !== "input_bad";
    return { on, why: explain(reason), trusted };
  };
  return {
    look,
    decide(input) {
      const decision = look(input);
      heating = decision.on;
      return decision;
    },
    change({ setpointC: wanted, enabled }) {
      if (typeof wanted === "number") settings.setpointC = wanted;
      if (typeof enabled === "boolean") settings.enabled = enabled;
    },
    readings: () => ({ setpoint: settings.setpointC, enabled: settings.enabled }),
    memory: () => heating,
    goOn(memory) {
      heating = memory === true;
    },
  };
}

function aged(input: LawInput | undefined, maxAgeMs: number) {
  if (input === undefined) return { valueC: undefined, quality: "bad" } as const;
  return { valueC: input.value, quality: input.ageMs > maxAgeMs ? "stale" : input.quality } as const;
}

function explain(reason: ThermostatReason): string {
  switch (reason.code) {
    case "disabled":
      return "disabled";
    case "input_stale":
      return "the temperature is too old";
    case "input_bad":
      return "no valid temperature";
    case "input_suspect":
      return `suspect temperature ${reason.valueC.toFixed(1)} °C`;
    case "below_band":
      return `${reason.valueC.toFixed(1)} °C is below ${reason.limitC.toFixed(1)} °C`;
    case "above_band":
      return `${reason.valueC.toFixed(1)} °C is above ${reason.limitC.toFixed(1)} °C`;
    case "within_band":
      return `${reason.valueC.toFixed(1)} °C is within the band`;
  }
}
