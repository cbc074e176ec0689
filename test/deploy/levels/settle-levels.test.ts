/** The verb that a board runs, over a boot partition and a slot record as an image has them. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is, match, throws } from "uvu/assert";
import { settleBootLevels } from "../../../deploy/cli/settle-levels.ts";
import { bootFiles } from "../../../deploy/image/boot-files.ts";
import { makeFat } from "../../../deploy/image/file-systems.ts";
import { FatLevels } from "../../../deploy/levels/fat-levels.ts";
import type { SlotRecord } from "../../../deploy/update/slot-record.ts";
import { confirmed, firstRecord, onTrial, written } from "../../../deploy/update/slot-steps.ts";
import type { DiskPlace } from "../../../deploy/update/update-place.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { demoWith } from "../demo-board.ts";

const SLOW = { limitMs: 30_000 };
const LINUX = demoWith(["hardware", "linux"], ["world", undefined]);

/** A card whose boot partition drives nothing yet. */
async function card(t: SpecContext, config: string) {
  if (!existsSync("/usr/bin/mcopy")) t.skip("there is no mtools");
  const work = mkdtempSync(join(tmpdir(), "holdfast-settle-"));
  t.defer(() => rmSync(work, { recursive: true }));
  mkdirSync(join(work, "boot"));
  for (const [name, text] of Object.entries(bootFiles({ outputs: [], inputs: [], buses: [] })))
    writeFileSync(join(work, "boot", name), text);
  const boot = join(work, "fat");
  await makeFat(boot, join(work, "boot"), 64);
  const file = join(work, "board.config.json");
  writeFileSync(file, config);
  const state: { record: SlotRecord } = { record: firstRecord(undefined) };
  const records = { read: () => state.record, write: () => {} };
  const slots: DiskPlace = {
    kind: "disk",
    ...{ boot, records, notes: work, restart: ["true"], slots: { a: "", b: "" } },
  };
  const copies = join(work, "copies");
  return {
    ...{ state, copies, boot, file },
    settle: () => settleBootLevels({ json: true, slots, file, copies }),
    levels: () => new FatLevels(boot).read()!,
  };
}

spec(
  "a board's levels are written when nothing is on trial, and shown to who only reads; a trial is waited for",
  async (t) => {
    const { state, copies, settle, levels } = await card(t, LINUX);
    const before = levels();
    state.record = onTrial(written(state.record, "7".repeat(32)));
    settle();
    is(Buffer.compare(levels(), before), 0);
    is(existsSync(copies), false);
    state.record = confirmed(state.record);
    settle();
    const text = readFileSync(join(copies, "holdfast-gpio.txt"), "utf8");
    match(text, /\ngpio=17=op,dl\n/);
    is(Buffer.from(levels()).toString(), text);
    match(readFileSync(join(copies, "config.txt"), "utf8"), "include holdfast-gpio.txt");
  },
  SLOW,
);

spec(
  "an emulated board drives nothing; a configuration with problems changes nothing",
  async (t) => {
    const { file, settle, levels } = await card(t, LINUX);
    settle();
    const before = levels();
    writeFileSync(file, "{");
    throws(settle, /board\.config\.json/);
    is(Buffer.compare(levels(), before), 0);
    writeFileSync(file, demoWith());
    settle();
    is(/^gpio=/m.test(Buffer.from(levels()).toString()), false);
  },
  SLOW,
);

spec(
  "a boot partition that is damaged is said, with where it is",
  async (t) => {
    const { boot, settle } = await card(t, LINUX);
    writeFileSync(boot, Buffer.alloc(4096));
    throws(settle, /boot levels cannot be kept on .*fat: this is no FAT32 partition/);
  },
  SLOW,
);
