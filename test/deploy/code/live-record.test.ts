import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import {
  DEVICE_PROGRAM,
  programIn,
  readLive,
  runningSlot,
  writeLive,
} from "../../../deploy/code/live-record.ts";
import { keptProgram, whyNoLiveCode } from "../../../deploy/code/why-no-live-code.ts";
import { SlotFile } from "../../../deploy/update/slot-file.ts";
import { confirmed, firstRecord, onTrial, written } from "../../../deploy/update/slot-steps.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { temporary } from "../update/a-place.ts";

const [OLD, NEW] = ["aa".repeat(16), "bb".repeat(16)];
const LIVE = { release: NEW, slot: "b", beside: "a" } as const;

/** Programs of slot a run; slot b holds the new release. */
function place(t: SpecContext) {
  const folder = temporary(t);
  mkdirSync(join(folder, "b/program/cells"), { recursive: true });
  writeFileSync(join(folder, "b", DEVICE_PROGRAM), "");
  symlinkSync("a", join(folder, "current"));
  const records = new SlotFile(folder);
  records.write(onTrial(written(firstRecord(OLD), NEW)));
  return { folder, records };
}

spec("what went live counts from its confirmation on, until the slot itself is started", (t) => {
  const { folder, records } = place(t);
  writeLive(folder, LIVE);
  is(readLive(folder, records.read()), undefined, "on trial: a runtime that starts now has its own code");
  is(keptProgram(folder), undefined);
  records.write(confirmed(records.read()!));
  equal(readLive(folder, records.read()), LIVE);
  match(keptProgram(folder)!, /^file:.*\/b\/program\/cells\/device-thread\.cjs$/);
  rmSync(join(folder, "current"));
  symlinkSync("b", join(folder, "current"));
  equal([readLive(folder, records.read()), keptProgram(folder)], [undefined, undefined]);
});

spec("half a note, none, or slots elsewhere are no live code", (t) => {
  const { folder, records } = place(t);
  records.write(confirmed(records.read()!));
  is(readLive(folder, records.read()), undefined);
  writeFileSync(join(folder, "live.json"), '{"release":');
  is(readLive(folder, records.read()), undefined);
  for (const slots of ["", "disk:/dev/mmcblk0"]) is(keptProgram(slots), undefined);
  equal([runningSlot(folder), runningSlot(join(folder, "nowhere"))], ["a", undefined]);
  is(programIn(folder, "a"), undefined);
});

spec("what stands in the way of live code is said", () => {
  const facts = { slots: "/opt/holdfast", placements: [], controllers: [], trials: new Set<string>() };
  const plans = { before: [] };
  is(whyNoLiveCode({ ...facts, plans }), undefined);
  match(whyNoLiveCode({ ...facts, plans, slots: "disk:/dev/mmcblk0" })!, /disk of their own/);
  const shared = { name: "shared:i2c-1", members: ["climate", "soil"], shared: true };
  match(whyNoLiveCode({ ...facts, plans, placements: [shared] })!, /climate, soil share a cell/);
  match(whyNoLiveCode({ ...facts, plans, trials: new Set(["pump"]) })!, /a driver of pump is on trial/);
});
