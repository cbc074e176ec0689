import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import type { CodePhase, CodeState } from "../../../deploy/code/code-messages.ts";
import { mountedSlots } from "../../../deploy/code/live-place.ts";
import { DEVICE_PROGRAM, programIn, readLive, writeLive } from "../../../deploy/code/live-record.ts";
import { liveMounts } from "../../../deploy/update/live-mounts.ts";
import { SlotSectors } from "../../../deploy/update/slot-records.ts";
import { confirmed, firstRecord, onTrial, written } from "../../../deploy/update/slot-steps.ts";
import type { DiskPlace } from "../../../deploy/update/update-place.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { temporary } from "./a-place.ts";

const [OLD, NEW] = ["aa".repeat(16), "bb".repeat(16)];

/** A card whose partitions are folders: mounting copies one. Slot a runs, b holds the new release. */
function aCard(t: SpecContext) {
  const work = temporary(t);
  const at = (name: string) => join(work, name);
  mkdirSync(at("partition-b/app/program/cells"), { recursive: true });
  writeFileSync(at(`partition-b/app/${DEVICE_PROGRAM}`), "");
  writeFileSync(at("disk"), Buffer.alloc(2048 * 512));
  mkdirSync(at("run"));
  writeFileSync(at("run/holdfast-slot"), "slot=a\n");
  const records = new SlotSectors(at("disk"));
  records.write(written(firstRecord(OLD), NEW));
  const place: DiskPlace = {
    kind: "disk",
    ...{ boot: "", records, notes: work, restart: ["true"] },
    slots: { a: at("partition-a"), b: at("partition-b") },
  };
  const live = mountedSlots(records, { folder: at("run/holdfast-live"), bootFile: at("run/holdfast-slot") });
  const board: { phase: CodePhase | "silent"; isBusy: boolean } = { phase: "own", isBusy: false };
  const trace: string[] = [];
  const state = async () => {
    if (board.phase === "silent") throw new Error("no answer");
    return { phase: board.phase } as CodeState;
  };
  const mounter = {
    async mount(partition: string, folder: string) {
      trace.push("mount");
      cpSync(partition, folder, { recursive: true });
    },
    async unmount(folder: string) {
      trace.push("unmount");
      if (board.isBusy) throw new Error("target is busy");
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
    },
  };
  return { ...{ records, live, board, trace, at }, mounts: liveMounts(place, live, { state }, mounter) };
}

spec("the slot of a release that goes live is mounted until its code was taken back", async (t) => {
  const { mounts, live, board, trace } = aCard(t);
  await mounts.closeUnused();
  equal(trace, [], "nothing was mounted");
  await mounts.open("b");
  match(programIn(live, "b")!, /holdfast-live\/b\/app\/program\/cells\/device-thread\.cjs$/);
  for (const phase of ["loading", "trial", "takingBack", "silent"] as const) {
    board.phase = phase;
    await mounts.closeUnused();
  }
  equal(trace, ["mount"], "while code of it may run it stays");
  board.phase = "takenBack";
  await mounts.closeUnused();
  equal(trace, ["mount", "unmount"]);
  is(existsSync(join(live.folder, "b")), false);
});

spec("what was kept stays mounted, also for a runtime that was started again, until the boot", async (t) => {
  const { mounts, live, board, trace, records, at } = aCard(t);
  await mounts.open("b");
  records.write(onTrial(records.read()!));
  board.phase = "kept";
  await mounts.closeUnused();
  writeLive(live, { release: NEW, slot: "b", beside: "a" });
  records.write(confirmed(records.read()!));
  board.phase = "own";
  await mounts.closeUnused();
  equal(trace, ["mount"]);
  is(readLive(live)?.slot, "b");
  // The next boot: memory is empty, and the whole slot runs.
  rmSync(at("run"), { recursive: true });
  mkdirSync(at("run"));
  writeFileSync(at("run/holdfast-slot"), "slot=b\n");
  is(readLive(live), undefined);
  await mounts.closeUnused();
  equal(trace, ["mount"]);
});

spec("one that was left mounted by a receiver that was killed is mounted afresh", async (t) => {
  const { mounts, trace } = aCard(t);
  await mounts.open("b");
  await mounts.open("b");
  equal(trace, ["mount", "unmount", "mount"]);
});

spec("a slot that is busy stays, and nothing is mounted over it", async (t) => {
  const { mounts, live, board, trace } = aCard(t);
  await mounts.open("b");
  board.isBusy = true;
  await mounts.closeUnused();
  is(existsSync(join(live.folder, "b/app")), true);
  const failed = await mounts.open("b").catch((error: Error) => error.message);
  match(String(failed), /is mounted still/);
  is(trace.filter((word) => word === "mount").length, 1);
});

spec("a partition that cannot be mounted leaves nothing", async (t) => {
  const { mounts, live } = aCard(t);
  const failed = await mounts.open("a").catch((error: Error) => error.message);
  match(String(failed), /partition-a/);
  is(existsSync(join(live.folder, "a")), false);
});
