/** What is written about jobs beside their times: budgets that fit, phases within the period, miss rules that can be broken. */
import { durationMs } from "../../devices/field.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import { timingOf } from "./check-timing.ts";
import type { ModeConfig, TimingConfig } from "./device-schema.ts";
import type { BoardDraft, DeviceDraft, Draft } from "./draft.ts";
import type { Path, Report } from "./problem.ts";
import { lowerTiming, type TimingMs } from "./timing.ts";

/** Jobs of every device, its modes, and every controller. */
export function checkJobs({ devices, controllers }: BoardDraft, report: Report): void {
  for (const device of devices) {
    const full = checkFull(device, report);
    if (full !== undefined) checkModes(device, full, report);
  }
  for (const controller of controllers) {
    checkFull(controller, report);
    const { onMiss } = controller.fields;
    if (onMiss !== "abort") continue;
    const why = "a controller waits for nothing, and one that hangs is ended at its hard deadline anyway";
    report.problem([...controller.at, "onMiss"], onMiss, `"count", "skip" or descend: ${why}`);
  }
}

function checkFull(draft: Draft<TimingConfig>, report: Report): TimingMs | undefined {
  const { at, fields } = draft;
  checkRule(at, fields, report);
  const timing = timingOf(draft);
  if (timing === undefined) return undefined;
  checkBudget(at, fields, timing, report);
  const { phase } = fields;
  if (phase !== undefined && durationMs(phase) >= timing.everyMs)
    report.problem([...at, "phase"], phase, `less than "every" (${fields.every})`);
  return timing;
}

function checkModes({ at, driver, fields }: DeviceDraft, full: TimingMs, report: Report): void {
  for (const mode of ["reduced", "safe"] as const) {
    const written: ModeConfig = fields.modes?.[mode] ?? {};
    const inner = [...at, "modes", mode];
    checkRule(inner, written, report);
    checkBudget(inner, written, lowerTiming(full, driver.kind, mode, written), report);
    const { onMiss } = written;
    if (mode === "safe" && typeof onMiss === "object") {
      const allowed = '"count", "skip" or "abort": there is no working mode below safe';
      report.problem([...inner, "onMiss"], onMiss, allowed);
    }
  }
}

/** Also a budget that a mode has from the device: then it is the mode's deadline that does not fit. */
function checkBudget(
  at: Path,
  written: ModeConfig,
  { budgetMs, deadlineMs }: TimingMs,
  report: Report,
): void {
  if (budgetMs === undefined || budgetMs <= deadlineMs) return;
  const { budget, deadline } = written;
  if (budget !== undefined) {
    report.problem([...at, "budget"], budget, `at most "deadline" (${formatDuration(deadlineMs)})`);
  } else if (deadline !== undefined) {
    report.problem([...at, "deadline"], deadline, `at least "budget" (${formatDuration(budgetMs)})`);
  }
}

function checkRule(at: Path, { onMiss }: ModeConfig, report: Report): void {
  if (typeof onMiss !== "object" || onMiss.descend.misses <= onMiss.descend.of) return;
  const { misses, of } = onMiss.descend;
  report.problem([...at, "onMiss", "descend", "misses"], misses, `at most "of" (${of})`);
}
