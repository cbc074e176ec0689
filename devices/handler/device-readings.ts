/** A device's readings: judged, kept, sent to the telemetry and to whoever subscribed. */
import { judge, type Quality, type QualityRule, type Sample } from "../quality.ts";
import type { ReadingMessage } from "./contracts.ts";
import type { DevicePlan } from "./device-plan.ts";
import { TELEMETRY } from "./messages.ts";
import type { Measurement, Speaker } from "./task.ts";
import { TelemetryPace } from "./telemetry-pace.ts";

/** Whoever decides by the readings: the device's side of a conversation in the contract `sampling`. */
export interface Subscriber {
  /** Of their conversation. */
  readonly key: string;
  send(message: ReadingMessage): void;
}

export interface ReadingsSnapshot {
  readonly samples: readonly (readonly [string, Sample])[];
  readonly latest: readonly (readonly [string, ReadingMessage])[];
  readonly subscribers: readonly { readonly reading: string; readonly key: string }[];
}

type Rules = Readonly<Record<string, Omit<QualityRule, "staleAfterMs">>>;

export class DeviceReadings {
  readonly #self: Speaker;
  readonly #plan: DevicePlan;
  readonly #rules: Rules;
  readonly #samples = new Map<string, Sample>();
  readonly #latest = new Map<string, ReadingMessage>();
  readonly #pace: TelemetryPace;
  #doubted = false;
  #subscribers: { reading: string; talk: Subscriber }[] = [];

  constructor(self: Speaker, plan: DevicePlan, rules: Rules) {
    this.#self = self;
    this.#plan = plan;
    this.#rules = rules;
    this.#pace = new TelemetryPace(plan);
  }

  /** All that it knows, for the next version of the driver; subscribers by the keys of their conversations. */
  snapshot(): ReadingsSnapshot {
    return {
      samples: [...this.#samples],
      latest: [...this.#latest],
      subscribers: this.#subscribers.map(({ reading, talk }) => ({ reading, key: talk.key })),
    };
  }

  goOn(
    { samples, latest, subscribers }: ReadingsSnapshot,
    subscriber: (key: string) => Subscriber | undefined,
  ): void {
    this.#samples.clear();
    this.#latest.clear();
    for (const [reading, sample] of samples) this.#samples.set(reading, sample);
    for (const [reading, message] of latest) this.#latest.set(reading, message);
    this.#subscribers = subscribers.flatMap(({ reading, key }) => {
      const talk = subscriber(key);
      return talk === undefined ? [] : [{ reading, talk }];
    });
  }

  /** New measurements: what was the case at `sampledAtUs`, as far as is known. */
  took(measurements: readonly Measurement[], sampledAtUs: number): void {
    for (const { reading, value, suspect } of measurements) {
      const judged = this.#judge(reading, value, sampledAtUs);
      const quality = judged === "good" && (suspect === true || this.#doubted) ? "suspect" : judged;
      this.#publish(reading, quality === "bad" ? null : (value ?? null), quality, sampledAtUs);
    }
  }

  /** From now on what is good is suspect, told at once of the latest readings; or what is measured next is believed again. */
  doubt(doubted: boolean): void {
    this.#doubted = doubted;
    if (!doubted) return;
    for (const { reading, value, quality, sampledAtUs } of [...this.#latest.values()])
      if (quality === "good") this.#publish(reading, value, "suspect", sampledAtUs);
  }

  /** The device could not measure: whatever it said before must not pass for new. */
  failed(): void {
    const nowUs = this.#self.nowUs();
    for (const reading of Object.keys(this.#plan.readings)) {
      this.#samples.delete(reading);
      this.#publish(reading, null, "bad", nowUs);
    }
  }

  subscribe(reading: string, talk: Subscriber): void {
    this.#subscribers.push({ reading, talk });
    const latest = this.#latest.get(reading);
    if (latest !== undefined) talk.send(latest);
  }

  unsubscribe(talk: Subscriber): void {
    this.#subscribers = this.#subscribers.filter((subscriber) => subscriber.talk !== talk);
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
    for (const { reading: wanted, talk } of this.#subscribers) if (wanted === reading) talk.send(message);
    if (this.#pace.isNews(message)) this.#self.send(TELEMETRY, message);
  }
}
