/** Periods and deadlines in numbers, with their defaults: used by the checks and by the plans alike. */
import type { DeviceKind } from "../../devices/catalogue.ts";
import { durationMs } from "../../devices/field.ts";
import type { Criticality, MissPolicy } from "../../runtime/time/job.ts";
import type { ModeConfig, TimingConfig } from "./device-schema.ts";

/** One job, ms. */
export interface TimingMs {
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly hardDeadlineMs: number;
  readonly budgetMs?: number;
  readonly phaseMs?: number;
  readonly onMiss: MissPolicy;
}

/**
 * How much less often than in `full` a job runs. Actuators and inputs keep their period: a lease must be
 * renewed and a contact be read as often as ever.
 */
const SLOWER: Readonly<Record<DeviceKind, Readonly<Record<"reduced" | "safe", number>>>> = {
  sensor: { reduced: 5, safe: 10 },
  input: { reduced: 1, safe: 1 },
  actuator: { reduced: 1, safe: 1 },
};

/**
 * Mode `full` of a device, or a controller: the deadline is the period, the hard deadline twice the deadline, and what
 * is missed is skipped.
 */
export function fullTiming({
  every,
  deadline = every,
  hardDeadline,
  budget,
  phase,
  onMiss = "skip",
}: TimingConfig): TimingMs {
  const deadlineMs = durationMs(deadline);
  const hardDeadlineMs = hardDeadline === undefined ? 2 * deadlineMs : durationMs(hardDeadline);
  return {
    everyMs: durationMs(every),
    deadlineMs,
    hardDeadlineMs,
    ...(budget !== undefined && { budgetMs: durationMs(budget) }),
    ...(phase !== undefined && { phaseMs: durationMs(phase) }),
    onMiss,
  };
}

/** The longest period for which a cell spins by itself: slower ones gain nothing that they could notice, ms. */
const SPIN_UP_TO_MS = 20;

/** How the cell of a device or controller with this period waits. */
export function precisionOf(
  written: "sleep" | "spin" | undefined,
  everyMs: number,
  criticality: Criticality = "normal",
): "sleep" | "spin" {
  return written ?? (everyMs <= SPIN_UP_TO_MS || criticality === "critical" ? "spin" : "sleep");
}

/** A lower mode: its own fields, else those of `full` with the period stretched. */
export function lowerTiming(
  full: TimingMs,
  kind: DeviceKind,
  mode: "reduced" | "safe",
  { every, deadline, hardDeadline, budget, onMiss = full.onMiss }: ModeConfig = {},
): TimingMs {
  const deadlineMs = deadline === undefined ? full.deadlineMs : durationMs(deadline);
  return {
    ...full,
    everyMs: every === undefined ? full.everyMs * SLOWER[kind][mode] : durationMs(every),
    deadlineMs,
    hardDeadlineMs:
      hardDeadline === undefined ? Math.max(full.hardDeadlineMs, deadlineMs) : durationMs(hardDeadline),
    ...(budget !== undefined && { budgetMs: durationMs(budget) }),
    onMiss,
  };
}
