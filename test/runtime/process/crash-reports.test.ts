import * as assert from "uvu/assert";
import type { CellCounts } from "../../../runtime/process/cell-contract.ts";
import { CrashReports } from "../../../runtime/process/crash-reports.ts";
import { Mailbox } from "../../../runtime/process/mailbox.ts";
import { Notes } from "../../../runtime/process/notes.ts";
import { BAND, Process } from "../../../runtime/process/process.ts";
import { ProcessTable } from "../../../runtime/process/process-table.ts";
import { spec } from "../../harness/spec.ts";

spec("a report has what is known of who crashed", () => {
  const notes = new Notes();
  const process = record();
  notes.add(process.pid, { mode: "reduced" });
  process.addName("pump");
  process.mailbox.push("waits");
  process.messagesHandled = 3;
  const told: unknown[] = [];
  new CrashReports(notes, counts(), (report) => told.push(report)).report(process, "killed", 0);
  assert.equal(told, [
    {
      pid: "<b.c.1>",
      label: "pump loop",
      names: ["pump"],
      reason: "killed",
      mailboxLength: 1,
      messagesHandled: 3,
      notes: { mode: "reduced" },
    },
  ]);
});

spec("of thirty crashes at once twenty are told and ten counted; 20 ms later one more is told", () => {
  const told: unknown[] = [];
  const counted = counts();
  const process = record();
  const reports = new CrashReports(new Notes(), counted, (report) => told.push(report));
  for (let n = 0; n < 30; n++) reports.report(process, "killed", 1000);
  assert.equal([told.length, counted.unreported], [20, 10]);
  for (let n = 0; n < 2; n++) reports.report(process, "killed", 21_000);
  assert.equal([told.length, counted.unreported], [21, 11]);
});

spec("where nobody wants reports nothing counts as unreported", () => {
  const counted = counts();
  const reports = new CrashReports(new Notes(), counted, undefined);
  for (let n = 0; n < 30; n++) reports.report(record(), "killed", 0);
  assert.equal(counted, counts());
});

function counts(): CellCounts {
  return { dead: 0, forged: 0, overflow: 0, credit: 0, late: 0, unreported: 0 };
}

function record(): Process {
  const process = new Process({ name: "body" }, "pump loop", BAND.normal, new Mailbox());
  new ProcessTable({ board: "b", cell: "c", incarnation: 1 }).add(process, undefined);
  return process;
}
