/**
 * What the board tells people: the latest of every reading and state, put into the words of the MQTT topics.
 *
 * A reading that is not renewed becomes stale here, so that a dead device's last value is never shown as new.
 */

import type { CommandSpec } from "../../devices/command-spec.ts";
import type { ReadingMessage } from "../../devices/handler/contracts.ts";
import type { StatePatch, TelemetryMessage, TimingReport } from "../../devices/handler/messages.ts";
import type { Mode } from "../../devices/handler/mode.ts";
import type { BusReport } from "../../firmware/contracts/bus-report.ts";
import type { OutputPlan } from "../../firmware/contracts/output-plan.ts";
import type { CatalogueEntry } from "../mqtt/command-gate.ts";
import { type KnownJob, timingDocument } from "./job-report.ts";
import type { DeviceFacts } from "./overview.ts";
import { stateDocument } from "./state-document.ts";

export interface TelemetryReading {
  readonly unit: string;
  readonly resolution: number;
  /** What is said on `<device>/event` when it becomes true, and when it becomes false. */
  readonly events?: readonly [began: string, ended: string];
}

/** A device or controller as people see it. Plain data. */
export interface TelemetryDevice {
  readonly id: string;
  readonly kind: "sensor" | "input" | "actuator" | "controller";
  readonly driver: string;
  readonly command: CommandSpec;
  readonly readings: Readonly<Record<string, TelemetryReading>>;
  /** What a person can set in the emulated world. */
  readonly world: CommandSpec;
  readonly faults: readonly string[];
  readonly ownedBy: string | null;
  /** Controllers: the output, on another board with that behind an @. */
  readonly drives?: string;
  /** Other boards may command it. */
  readonly lent?: true;
  /** Its ladder, highest first. */
  readonly modes: readonly Mode[];
  /** Age at which an unrenewed reading is stale, by mode, ms. Controllers' settings never are: 0. */
  readonly staleAfterMs: Readonly<Record<string, number>>;
  readonly off?: Readonly<Record<string, boolean | number>>;
  /** Where it is, and its policy. */
  readonly output?: OutputPlan;
  readonly maxForMs?: number;
  readonly maxOverrideMs?: number;
}

/** Where it goes. */
export interface TelemetrySink {
  reading(
    device: string,
    id: string,
    reading: {
      value: number | boolean | null;
      unit: string;
      quality: ReadingMessage["quality"];
      at: string | null;
    },
    rules: { resolution: number },
  ): void;
  deviceState(device: string, state: Readonly<Record<string, unknown>>): void;
  happened(device: string, event: Readonly<Record<string, unknown>>): void;
  timing(job: string, timing: Readonly<Record<string, unknown>>): void;
  event(event: { readonly kind: string } & Readonly<Record<string, unknown>>): void;
  refuse(device: string, command: unknown, reason: string): void;
}

/** Jobs that are known; as many as a board has topics. */
const MOST_JOBS = 1000;

interface Known {
  readonly device: TelemetryDevice;
  state: StatePatch;
  readonly latest: Map<string, ReadingMessage>;
}

export class Telemetry {
  readonly #sink: TelemetrySink;
  readonly #nowUs: () => number;
  readonly #wallMs: () => number | undefined;
  readonly #devices = new Map<string, Known>();
  readonly #jobs = new Map<string, KnownJob>();
  #buses: readonly BusReport[] = [];

  /** `wallMs`: wall time, `undefined` while it can't be believed. */
  constructor(
    devices: readonly TelemetryDevice[],
    sink: TelemetrySink,
    nowUs: () => number,
    wallMs: () => number | undefined,
  ) {
    this.#sink = sink;
    this.#nowUs = nowUs;
    this.#wallMs = wallMs;
    for (const device of devices) {
      this.#devices.set(device.id, { device, state: { mode: "starting", restarts: 0 }, latest: new Map() });
    }
    for (const { device } of this.#devices.values()) this.#sayState(device.id);
  }

  /** Devices are to be seen this way from now on: the configuration was changed. Which readings they have stays. */
  show(views: readonly TelemetryDevice[]): void {
    for (const device of views) {
      const known = this.#devices.get(device.id);
      if (known === undefined) continue;
      this.#devices.set(device.id, { ...known, device });
      this.#sayState(device.id);
    }
  }

  /** What the command gate has to know. */
  catalogue(): readonly CatalogueEntry[] {
    return [...this.#devices.values()].map(({ device, state }) => ({
      id: device.id,
      spec: device.command,
      ready: state.ready === true,
      life: state.restarts ?? 0,
      ...(device.off === undefined ? {} : { off: device.off }),
      ...(device.maxForMs === undefined ? {} : { maxForMs: device.maxForMs }),
      ...(device.maxOverrideMs === undefined ? {} : { maxOverrideMs: device.maxOverrideMs }),
    }));
  }

  ready(): boolean {
    return [...this.#devices.values()].every(({ state }) => state.ready === true);
  }

  /**
   * Devices that have not said how they are. What a device says before its cell knows this process's name
   * reaches nobody, and so does a question to it before this cell knows the device's: so it is asked again.
   */
  unheard(): string[] {
    return [...this.#devices.values()]
      .filter(({ state }) => state.mode !== "off" && (state.ready !== true || state.mode === "starting"))
      .map(({ device }) => device.id);
  }

  /** Numbers of the board as a whole. */
  totals(): { devices: number; ready: number; restarts: number; misses: number } {
    const known = [...this.#devices.values()];
    const sum = (of: (state: StatePatch) => number | undefined) =>
      known.reduce((total, { state }) => total + (of(state) ?? 0), 0);
    return {
      devices: known.length,
      ready: known.filter(({ state }) => state.ready === true).length,
      restarts: sum(({ restarts }) => restarts),
      misses: sum(({ misses }) => misses),
    };
  }

  /** Every device and controller as it is. */
  devices(): readonly DeviceFacts[] {
    return [...this.#devices.values()].map(({ device, state, latest }) => ({
      id: device.id,
      kind: device.kind,
      driver: device.driver,
      mode: state.mode ?? "starting",
      restarts: state.restarts ?? 0,
      cause: state.cause ?? null,
      ready: state.ready === true,
      misses: state.misses ?? 0,
      readings: [...latest.values()].map(({ reading, value, quality }) => {
        const { unit, resolution } = device.readings[reading]!;
        return { name: reading, unit, value: rounded(value, resolution), quality };
      }),
    }));
  }

  /** Every bus as the guardian last reported it. */
  buses(): readonly BusReport[] {
    return this.#buses;
  }

  /** Every job as it last reported. */
  jobs(): readonly KnownJob[] {
    return [...this.#jobs.values()];
  }

  take(message: TelemetryMessage): void {
    switch (message.type) {
      case "reading":
        this.#takeReading(message);
        break;
      case "state": {
        const known = this.#devices.get(message.device);
        if (known === undefined || saysNothingNew(known.state, message.patch)) break;
        known.state = { ...known.state, ...message.patch };
        this.#sayState(message.device);
        break;
      }
      case "event":
        this.#sink.event(message.event);
        break;
      case "refused":
        this.#sink.refuse(message.device, message.command, message.reason);
        break;
      case "timing":
        this.#takeTiming(message.job, message.timing);
        break;
      case "buses":
        this.#buses = message.buses;
        break;
    }
  }

  /** Call now and then: marks what was not renewed. */
  age(): void {
    const nowUs = this.#nowUs();
    for (const known of this.#devices.values()) {
      const { staleAfterMs } = known.device;
      // Nobody measures in `off`, and what was measured before does not stay good for that.
      const limitMs = staleAfterMs[known.state.mode ?? "full"] || staleAfterMs.full || 0;
      if (limitMs === 0) continue;
      for (const message of known.latest.values()) {
        const old = nowUs - message.sampledAtUs > limitMs * 1000;
        if (old && (message.quality === "good" || message.quality === "suspect")) {
          this.#takeReading({ ...message, quality: "stale" });
        }
      }
    }
  }

  #takeReading(message: ReadingMessage): void {
    const known = this.#devices.get(message.device);
    const spec = known?.device.readings[message.reading];
    if (known === undefined || spec === undefined) return;
    const before = known.latest.get(message.reading);
    known.latest.set(message.reading, message);
    const { value, quality } = message;
    const reading = {
      value: rounded(value, spec.resolution),
      unit: spec.unit,
      quality,
      at: this.#at(message.sampledAtUs),
    };
    // Before the reading, which tells of the state afterwards. Nobody saw what happened while it was not known.
    if (spec.events !== undefined && isTrusted(before) && isTrusted(message) && before.value !== value)
      this.#sink.happened(message.device, {
        event_type: spec.events[value === true ? 0 : 1],
        at: reading.at,
      });
    this.#sink.reading(message.device, message.reading, reading, { resolution: spec.resolution });
  }

  #takeTiming(job: string, report: TimingReport): void {
    if (this.#jobs.has(job) || this.#jobs.size < MOST_JOBS)
      this.#jobs.set(job, { job, atUs: this.#nowUs(), report });
    this.#sink.timing(
      job,
      timingDocument(report, (us) => this.#at(us)),
    );
  }

  #sayState(id: string): void {
    const known = this.#devices.get(id);
    if (known === undefined) return;
    const { device, state } = known;
    this.#sink.deviceState(id, stateDocument(device, state));
  }

  /** Wall time of a monotonic one. */
  #at(us: number): string | null {
    const wallMs = this.#wallMs();
    if (wallMs === undefined) return null;
    return new Date(wallMs - (this.#nowUs() - us) / 1000).toISOString();
  }
}

/** It is fresh, and says yes or no. */
function isTrusted(message: ReadingMessage | undefined): message is ReadingMessage & { value: boolean } {
  if (message === undefined || typeof message.value !== "boolean") return false;
  return message.quality === "good" || message.quality === "suspect";
}

function saysNothingNew(state: StatePatch, patch: StatePatch): boolean {
  return Object.entries(patch).every(([key, value]) => state[key as keyof StatePatch] === value);
}

/** To a tenth of the resolution: more digits would be noise. */
function rounded(value: ReadingMessage["value"], resolution: number): ReadingMessage["value"] {
  if (typeof value !== "number") return value;
  const digits = Math.min(6, Math.max(0, Math.ceil(-Math.log10(resolution)) + 1));
  return Number(value.toFixed(digits));
}
