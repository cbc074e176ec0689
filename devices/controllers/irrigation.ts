/** Irrigation as a control law: pulses of water with a soak after each, below a threshold that commands change. */
import type { ControlLaw, LawDecision, LawInput } from "../handler/control-law.ts";
import { decideWatering, RESTED, type SoakDecision, type SoakReason, type SoakState } from "./soak.ts";

export interface IrrigationPlan {
  readonly thresholdPercent: number;
  readonly onForMs: number;
  readonly soakMs: number;
  readonly maxAgeMs: number;
}

/** A pulse ends early this far above the threshold, percent. */
const HEADROOM_PERCENT = 10;
/** Pulses a day that no bed needs: a probe that lies must not flood the house. */
const PULSES_A_DAY = 48;

export function irrigationLaw(plan: IrrigationPlan): ControlLaw {
  const { onForMs, soakMs, maxAgeMs } = plan;
  let { thresholdPercent } = plan;
  let enabled = true;
  let state = RESTED;
  const consider = (input: LawInput | undefined, nowUs: number) => {
    const settings = {
      enabled,
      thresholdPercent,
      targetPercent: Math.min(100, thresholdPercent + HEADROOM_PERCENT),
      maxOnMs: onForMs,
      soakMs,
      maxDailyOnMs: PULSES_A_DAY * onForMs,
    };
    return decideWatering(state, aged(input, maxAgeMs), settings, nowUs);
  };
  return {
    look: (input, nowUs) => inWords(consider(input, nowUs)),
    decide(input, nowUs) {
      const decision = consider(input, nowUs);
      state = decision.state;
      return inWords(decision);
    },
    change(values) {
      if (typeof values.thresholdPercent === "number") thresholdPercent = values.thresholdPercent;
      if (typeof values.enabled === "boolean") enabled = values.enabled;
    },
    readings: () => ({ threshold: thresholdPercent, enabled }),
    memory: () => state,
    goOn(memory) {
      state = memory as SoakState;
    },
  };
}

function inWords({ on, reason }: SoakDecision): LawDecision {
  const trusted = reason.code !== "input_stale" && reason.code !== "input_bad";
  return { on, why: explain(reason), trusted };
}

function aged(input: LawInput | undefined, maxAgeMs: number) {
  if (input === undefined) return { moisturePercent: undefined, quality: "bad" } as const;
  const quality = input.ageMs > maxAgeMs ? "stale" : input.quality;
  return { moisturePercent: input.value, quality } as const;
}

function explain(reason: SoakReason): string {
  switch (reason.code) {
    case "disabled":
      return "disabled";
    case "input_stale":
      return "the moisture is too old";
    case "input_bad":
      return "no valid moisture";
    case "input_suspect":
      return "suspect moisture";
    case "moist_enough":
      return `${reason.moisturePercent.toFixed(0)} % is enough`;
    case "dry":
      return `${reason.moisturePercent.toFixed(0)} % is below ${reason.limitPercent} %`;
    case "watering":
      return `watering, ${Math.round(reason.leftMs / 1000)} s left`;
    case "max_on":
      return "the dose is complete";
    case "soaking":
      return `soaking, ${Math.round(reason.leftMs / 1000)} s left`;
    case "daily_bound":
      return "the daily bound is reached";
  }
}
