import type { CrashEntry } from "../../runtime/introspection/report.ts";
import { describeReason } from "../../runtime/process/exit-reason.ts";

/** A crash report as the board tells it; `device`: whom it concerns. */
export function crashEvent(report: CrashEntry, device: string) {
  const { label, pid, names, reason, restarts, notes, handled, waiting, mailboxLength } = report;
  const stack = typeof reason === "object" && "stack" in reason ? reason.stack : null;
  const about = { process: label, pid, names, cause: describeReason(reason), restarts, ...notes };
  return { kind: "crash", device, ...about, stack, handled, waiting, mailboxLength };
}
