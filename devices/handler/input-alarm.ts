/**
 * An input that does not move as it should: held longer than anybody means it (the driver says so), or unchanged for
 * longer than `expectChange`. One alarm for both: event `inputStuck` with device and line, `stuck` in the device's
 * state, its readings suspect; event `inputMoved` when it moves again.
 */
import { formatDuration } from "../../runtime/time/duration.ts";
import type { DevicePlan } from "./device-plan.ts";
import type { BoardEvent, StatePatch } from "./messages.ts";
import type { DeviceTask, Measurement } from "./task.ts";

/** Where the alarm is told. */
export interface AlarmVoice {
  patch(change: StatePatch): void;
  event(detail: BoardEvent): void;
  /** Readings are suspect from now on, or no more. */
  doubt(doubted: boolean): void;
}

type Plan = Pick<DevicePlan, "id" | "input" | "readings" | "expectChangeMs">;

export class InputAlarm {
  readonly #line: string;
  readonly #reading: string;
  readonly #limitUs: number;
  readonly #task: Pick<DeviceTask, "heldSinceUs">;
  readonly #voice: AlarmVoice;
  #value: Measurement["value"];
  #movedUs: number;
  #stuck = false;
  #storm = false;

  /** The first reading of an input is what moves when its line does. Time begins at `nowUs`, monotonic. */
  constructor(plan: Plan, task: Pick<DeviceTask, "heldSinceUs">, nowUs: number, voice: AlarmVoice) {
    this.#line = plan.input?.line ?? plan.id;
    this.#reading = Object.keys(plan.readings)[0] ?? "";
    this.#limitUs = 1000 * (plan.expectChangeMs ?? Infinity);
    this.#task = task;
    this.#voice = voice;
    this.#movedUs = nowUs;
    voice.patch({ stuck: null });
  }

  /** When `expire` has something to say, us; Infinity: not before the input moves. */
  dueUs(): number {
    return this.#stuck ? Infinity : this.#movedUs + this.#limitUs;
  }

  /** Measurements of what was the case at `atUs`; call before they are published. */
  took(measurements: readonly Measurement[], atUs: number): void {
    for (const { reading, value } of measurements) {
      if (reading !== this.#reading || value === undefined || value === this.#value) continue;
      const isFirst = this.#value === undefined;
      this.#value = value;
      if (!isFirst) this.#moved(atUs);
    }
    this.expire(atUs);
  }

  /** While the line has a storm of edges, what is read of it is suspect; the guardian tells people of it. */
  storm(on: boolean): void {
    this.#storm = on;
    this.#voice.doubt(on || this.#stuck);
  }

  /** Raises the alarm if it is due at `nowUs`. */
  expire(nowUs: number): void {
    if (this.#stuck) return;
    const heldUs = this.#task.heldSinceUs?.();
    if (heldUs !== undefined) this.#raise("held", nowUs - heldUs);
    else if (nowUs >= this.dueUs()) this.#raise("unchanged", nowUs - this.#movedUs);
  }

  #raise(why: "held" | "unchanged", forUs: number): void {
    this.#stuck = true;
    const stuck = { why, forMs: Math.round(forUs / 1000) };
    const cause = `${why} for ${formatDuration(stuck.forMs)}`;
    this.#voice.event({ kind: "inputStuck", line: this.#line, cause, forMs: stuck.forMs });
    this.#voice.patch({ stuck });
    this.#voice.doubt(true);
  }

  #moved(atUs: number): void {
    this.#movedUs = Math.max(this.#movedUs, atUs);
    if (!this.#stuck) return;
    this.#stuck = false;
    this.#voice.event({ kind: "inputMoved", line: this.#line });
    this.#voice.patch({ stuck: null });
    this.#voice.doubt(this.#storm);
  }
}
