import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { folderSlots, livePlace, mountedSlots } from "../../../deploy/code/live-place.ts";
import { DEVICE_PROGRAM, programIn, readLive, writeLive } from "../../../deploy/code/live-record.ts";
import { keptProgram, whyNoLiveCode } from "../../../deploy/code/why-no-live-code.ts";
import { SlotFile } from "../../../deploy/update/slot-file.ts";
import { SlotSectors } from "../../../deploy/update/slot-records.ts";
import { confirmed, firstRecord, onTrial, written } from "../../../deploy/update/slot-steps.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { temporary } from "../update/a-place.ts";

const [OLD, NEW] = ["aa".repeat(16), "bb".repeat(16)];
const LIVE = { release: NEW, slot: "b", beside: "a" } as const;

/** Programs of slot a run; slot b holds the new release, which is on trial. */
function folders(t: SpecContext) {
  const folder = temporary(t);
  mkdirSync(join(folder, "b/program/cells"), { recursive: true });
  writeFileSync(join(folder, "b", DEVICE_PROGRAM), "");
  symlinkSync("a", join(folder, "current"));
  const records = new SlotFile(folder);
  records.write(onTrial(written(firstRecord(OLD), NEW)));
  const startSlot = (slot: string) => {
    rmSync(join(folder, "current"));
    symlinkSync(slot, join(folder, "current"));
  };
  return { place: folderSlots(folder, records), startSlot };
}

/** The same on Holdfast OS, slot b mounted. */
function mounted(t: SpecContext) {
  const [card, run] = [join(temporary(t), "card"), temporary(t)];
  writeFileSync(card, Buffer.alloc(2048 * 512));
  const records = new SlotSectors(card);
  records.write(onTrial(written(firstRecord(OLD), NEW)));
  const [folder, bootFile] = [join(run, "holdfast-live"), join(run, "holdfast-slot")];
  mkdirSync(join(folder, "b/app/program/cells"), { recursive: true });
  writeFileSync(join(folder, "b/app", DEVICE_PROGRAM), "");
  const startSlot = (slot: string) => writeFileSync(bootFile, `disk=/dev/mmcblk0\nslot=${slot}\ntrial=\n`);
  startSlot("a");
  return { place: mountedSlots(records, { folder, bootFile }), startSlot };
}

for (const [where, make, file] of [
  ["in folders", folders, /^file:.*\/b\/program\/cells\/device-thread\.cjs$/],
  ["on Holdfast OS", mounted, /^file:.*\/b\/app\/program\/cells\/device-thread\.cjs$/],
] as const) {
  spec(`${where} what went live counts from its confirmation on, until the slot itself is started`, (t) => {
    const { place, startSlot } = make(t);
    const { records } = place;
    is(readLive(place), undefined, "none was written");
    writeLive(place, LIVE);
    is(readLive(place), undefined, "on trial: a runtime that starts now has its own code");
    is(keptProgram(place), undefined);
    records.write(confirmed(records.read()!));
    equal(readLive(place), LIVE);
    match(keptProgram(place)!, file);
    is(programIn(place, "a"), undefined);
    startSlot("b");
    equal([readLive(place), keptProgram(place)], [undefined, undefined]);
  });
}

spec("of a slot that is mounted no more a runtime takes nothing: it starts with its own code", (t) => {
  const { place } = mounted(t);
  writeLive(place, LIVE);
  place.records.write(confirmed(place.records.read()!));
  rmSync(join(place.folder, "b/app"), { recursive: true });
  is(keptProgram(place), undefined);
});

spec("half a note is no live code, and who runs is not guessed", (t) => {
  const { place } = folders(t);
  place.records.write(confirmed(place.records.read()!));
  writeFileSync(join(place.folder, "live.json"), '{"release":');
  is(readLive(place), undefined);
  is(place.running(), "a");
  const nowhere = { folder: join(place.folder, "x"), bootFile: join(place.folder, "y") };
  is(mountedSlots(place.records, nowhere).running(), undefined);
  is(folderSlots(nowhere.folder, place.records).running(), undefined);
});

spec("where code goes live is what HOLDFAST_SLOTS says; nowhere it never does", (t) => {
  const folder = temporary(t);
  is(livePlace(folder)?.folder, folder);
  is(livePlace("disk:/dev/mmcblk0")?.application("b"), "/run/holdfast-live/b/app");
  for (const slots of ["", "disk:sda"]) is(livePlace(slots), undefined);
  is(keptProgram(undefined), undefined);
});

spec("what stands in the way of live code is said", (t) => {
  const facts = { placements: [], controllers: [], trials: new Set<string>() };
  const [plans, { place }] = [{ before: [] }, folders(t)];
  is(whyNoLiveCode({ ...facts, plans, place }), undefined);
  match(whyNoLiveCode({ ...facts, plans, place: undefined })!, /no slots/);
  const shared = { name: "shared:i2c-1", members: ["climate", "soil"], shared: true };
  match(whyNoLiveCode({ ...facts, plans, place, placements: [shared] })!, /climate, soil share a cell/);
  match(
    whyNoLiveCode({ ...facts, plans, place, trials: new Set(["pump"]) })!,
    /a driver of pump is on trial/,
  );
});
