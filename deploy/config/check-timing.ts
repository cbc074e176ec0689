/** Deadlines within periods, hard deadlines after deadlines, lower modes not faster than full. */
import { durationMs } from "../../devices/field.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import type { ModeConfig, TimingConfig } from "./device-schema.ts";
import type { BoardDraft, DeviceDraft, Draft } from "./draft.ts";
import type { Path, Report } from "./problem.ts";
import { fullTiming, lowerTiming, type TimingMs } from "./timing.ts";

/** Timing of every device, its modes, and every controller. */
export function checkTiming({ devices, controllers }: BoardDraft, report: Report): void {
  for (const device of devices) {
    const full = checkFull(device, report);
    if (full !== undefined) checkModes(device, full, report);
  }
  for (const controller of controllers) checkFull(controller, report);
}

/** The timing of a part, if all that is written about it is right by itself. */
export function timingOf({ fields, written }: Draft<TimingConfig>): TimingMs | undefined {
  const { every, deadline, hardDeadline } = fields;
  const unknown =
    every === undefined ||
    (deadline === undefined && written.has("deadline")) ||
    (hardDeadline === undefined && written.has("hardDeadline"));
  return unknown ? undefined : fullTiming({ ...fields, every });
}

function checkFull(draft: Draft<TimingConfig>, report: Report): TimingMs | undefined {
  const timing = timingOf(draft);
  if (timing !== undefined) checkOrder(draft.at, draft.fields, timing, report);
  return timing;
}

function checkModes({ at, driver, fields }: DeviceDraft, full: TimingMs, report: Report): void {
  for (const mode of ["reduced", "safe"] as const) {
    const written: ModeConfig = fields.modes?.[mode] ?? {};
    const inner = [...at, "modes", mode];
    if (written.every !== undefined && durationMs(written.every) < full.everyMs) {
      report.problem([...inner, "every"], written.every, `at least "every" of the device (${fields.every})`);
    } else {
      checkOrder(inner, written, lowerTiming(full, driver.kind, mode, written), report);
    }
  }
}

function checkOrder(at: Path, written: ModeConfig, timing: TimingMs, report: Report): void {
  const { everyMs, deadlineMs, hardDeadlineMs } = timing;
  if (written.deadline !== undefined && deadlineMs > everyMs) {
    report.problem([...at, "deadline"], written.deadline, `at most "every" (${formatDuration(everyMs)})`);
  }
  if (written.hardDeadline !== undefined && hardDeadlineMs < deadlineMs) {
    const allowed = `at least "deadline" (${formatDuration(deadlineMs)})`;
    report.problem([...at, "hardDeadline"], written.hardDeadline, allowed);
  }
}
