/** Policies of outputs that contradict themselves, or would let an output stay on for ever. */
import { durationMs } from "../../devices/field.ts";
import { formatDuration } from "../../runtime/time/duration.ts";
import { timingOf } from "./check-timing.ts";
import type { BoardDraft, DeviceDraft } from "./draft.ts";
import { DEFAULT_LEASE } from "./output-policy.ts";
import type { Report } from "./problem.ts";
import { lowerTiming } from "./timing.ts";

/** Every output of the board. `lent`: outputs that other boards may command. */
export function checkPolicies(
  { devices, controllers }: BoardDraft,
  lent: readonly string[],
  report: Report,
): void {
  const owned = new Set([...controllers.map(({ fields }) => fields.output), ...lent]);
  for (const device of devices) {
    if (device.driver.kind !== "actuator") continue;
    checkEnds(device, report);
    checkCrash(device, report);
    checkLease(device, report);
    if (device.written.has("maxOverride") && !owned.has(device.id)) {
      report.warning([...device.at, "maxOverride"], "no controller owns this output: nothing to override");
    }
  }
}

function checkEnds({ at, fields, written }: DeviceDraft, report: Report): void {
  if (fields.safe === "off" && !written.has("commandFor") && !written.has("maxOn")) {
    const allowed = 'a duration here or in "maxOn": "safe" is "off", so every command needs an end';
    report.problem([...at, "commandFor"], undefined, allowed);
  }
  if (fields.safe === "on" && fields.maxOn !== undefined) {
    report.problem([...at, "maxOn"], fields.maxOn, 'nothing: "safe" is "on", so it may be on for ever');
  }
  if (written.has("maxOn")) return;
  for (const key of ["maxOnRest", "maxOnLatch"] as const) {
    if (fields[key] !== undefined) report.problem([...at, key], fields[key], 'nothing without "maxOn"');
  }
}

function checkCrash({ at, fields, written }: DeviceDraft, report: Report): void {
  const { lease, holdFor, onCrash } = fields;
  if (onCrash === "hold" && lease !== undefined && lease !== "none") {
    const allowed = 'nothing: "onCrash" is "hold", and a lease would end what is held ("holdFor" bounds it)';
    report.problem([...at, "lease"], lease, allowed);
  }
  const known = onCrash !== undefined || !written.has("onCrash");
  if (holdFor !== undefined && known && onCrash !== "hold") {
    report.problem([...at, "holdFor"], holdFor, 'nothing unless "onCrash" is "hold"');
  }
}

/** A lease is renewed once a period, at the latest at the deadline of the next job. */
function checkLease(device: DeviceDraft, report: Report): void {
  const { at, driver, fields, written } = device;
  const full = timingOf(device);
  const unknown = ["lease", "onCrash", "modes"].some(
    (key) => written.has(key) && fields[key as "lease"] === undefined,
  );
  if (full === undefined || unknown || fields.onCrash === "hold" || fields.lease === "none") return;
  const reduced = lowerTiming(full, driver.kind, "reduced", fields.modes?.reduced);
  const needed = Math.max(full.everyMs + full.deadlineMs, reduced.everyMs + reduced.deadlineMs);
  if (durationMs(fields.lease ?? DEFAULT_LEASE) >= needed) return;
  const allowed = `at least ${formatDuration(needed)} ("every" + "deadline", in mode reduced too), or "none"`;
  const silent = fields.lease === undefined ? ` (default ${DEFAULT_LEASE})` : "";
  report.problem([...at, "lease"], fields.lease, `${allowed}${silent}`);
}
