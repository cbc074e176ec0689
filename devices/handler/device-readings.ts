/** A device's readings: judged, kept, sent to the telemetry and to whoever subscribed. */
import type { Pid } from "../../runtime/process/pid.ts";
import { samePid } from "../../runtime/process/pid.ts";
import { judge, type Quality, type QualityRule, type Sample } from "../quality.ts";
import type { DevicePlan } from "./device-plan.ts";
import { type ReadingMessage, TELEMETRY } from "./messages.ts";
import type { Measurement, Speaker } from "./task.ts";

type Rules = Readonly<Record<string, Omit<QualityRule, "staleAfterMs">>>;

export class DeviceReadings {
  readonly #self: Speaker;
  readonly #plan: DevicePlan;
  readonly #rules: Rules;
  readonly #samples = new Map<string, Sample>();
  readonly #latest = new Map<string, ReadingMessage>();
  #subscribers: { reading: string; pid: Pid }[] = [];

  constructor(self: Speaker, plan: DevicePlan, rules: Rules) {
    this.#self = self;
    this.#plan = plan;
    this.#rules = rules;
  }

  /** New measurements, taken now. */
  took(measurements: readonly Measurement[]): void {
    const nowUs = this.#self.nowUs();
    for (const { reading, value } of measurements) {
      const quality = this.#judge(reading, value, nowUs);
      this.#publish(reading, quality === "bad" ? null : (value ?? null), quality, nowUs);
    }
  }

  /** The device could not measure: whatever it said before must not pass for new. */
  failed(): void {
    const nowUs = this.#self.nowUs();
    for (const reading of Object.keys(this.#plan.readings)) {
      this.#samples.delete(reading);
      this.#publish(reading, null, "bad", nowUs);
    }
  }

  subscribe(reading: string, pid: Pid): void {
    this.#self.monitor(pid);
    this.#subscribers.push({ reading, pid });
    const latest = this.#latest.get(reading);
    if (latest !== undefined) this.#self.send(pid, latest);
  }

  unsubscribe(pid: Pid): void {
    this.#subscribers = this.#subscribers.filter((subscriber) => !samePid(subscriber.pid, pid));
  }

  announce(): void {
    for (const latest of this.#latest.values()) this.#self.send(TELEMETRY, latest);
  }

  #judge(reading: string, value: number | boolean | undefined, atUs: number): Quality {
    const rule = this.#rules[reading];
    if (typeof value === "boolean") return "good";
    if (rule === undefined || value === undefined) return value === undefined ? "bad" : "good";
    const sample = { value, atUs };
    const { quality } = judge(sample, this.#samples.get(reading), { ...rule, staleAfterMs: Infinity }, atUs);
    this.#samples.set(reading, sample);
    return quality;
  }

  #publish(reading: string, value: number | boolean | null, quality: Quality, sampledAtUs: number): void {
    const device = this.#plan.id;
    const message: ReadingMessage = { type: "reading", device, reading, value, quality, sampledAtUs };
    this.#latest.set(reading, message);
    // The one who decides by it comes before the one who shows it.
    for (const { reading: wanted, pid } of this.#subscribers)
      if (wanted === reading) this.#self.send(pid, message);
    this.#self.send(TELEMETRY, message);
  }
}
