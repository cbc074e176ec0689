import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { equal, is, match } from "uvu/assert";
import { decodeSlotText, encodeSlotText, SlotFile } from "../../../deploy/update/slot-file.ts";
import { SLOT_PROGRAM, SLOT_PROGRAM_TEXT } from "../../../deploy/update/slot-program.ts";
import type { Slot, SlotRecord } from "../../../deploy/update/slot-record.ts";
import { atBoot, firstRecord } from "../../../deploy/update/slot-steps.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { anyRecord } from "./records.ts";

const RELEASE = "00112233445566778899aabbccddeeff";

/** A folder of slots with the program in it; `usable` slots have something to start. */
function slots(t: SpecContext, usable: readonly Slot[], record?: SlotRecord) {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-slots-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const fill = (present: readonly Slot[]) => {
    for (const slot of ["a", "b"] as const) {
      rmSync(join(folder, slot), { recursive: true, force: true });
      mkdirSync(join(folder, slot, "bin"), { recursive: true });
      if (present.includes(slot)) writeFileSync(join(folder, slot, "bin", "holdfast"), "", { mode: 0o755 });
    }
  };
  fill(usable);
  writeFileSync(join(folder, SLOT_PROGRAM), SLOT_PROGRAM_TEXT, { mode: 0o755 });
  symlinkSync("a", join(folder, "current"));
  const file = new SlotFile(folder);
  if (record !== undefined) file.write(record);
  const step = () =>
    execFileSync("sh", [join(folder, SLOT_PROGRAM), "step"], { encoding: "utf8", stdio: "pipe" });
  return { folder, file, fill, step, current: () => readlinkSync(join(folder, "current")) };
}

/** What a line can hold: one line, as its own end has it. */
/** Of boots that come up or not the text says nothing: nobody counts them there. */
const anyLine = anyRecord.map((record) => ({
  ...{ ...record, reason: record.reason.replace(/\s+/g, " ").trim() },
  ...{ wayBack: false, unseenBoots: 0 },
}));

spec("what is written as text is what is read", () => {
  fc.assert(fc.property(anyLine, (record) => equal(decodeSlotText(encodeSlotText(record)), record)));
});

spec("a text that is no record is none", () => {
  const good = encodeSlotText(firstRecord(RELEASE));
  for (const bad of [
    "",
    "\0\0\0",
    good.replace("format=1", "format=2"),
    good.replace("active=a", "active=c"),
    good.replace("trying=", "trying=a"),
    good.replace("sequence=1", "sequence=0"),
    good.replace("tries=0", "tries=16"),
    good.replace("outcome=none", "outcome=maybe"),
  ])
    is(decodeSlotText(bad), undefined, bad);
});

spec("a reason of several lines is kept as one", () => {
  const text = encodeSlotText({ ...firstRecord(RELEASE), reason: "pump:\n  no\ttrying=b" });
  match(text, "\nreason=pump: no trying=b\n");
});

spec(
  "the shell's step and the pure one agree, whatever the record and whatever can be started",
  (t) => {
    const board = slots(t, []);
    fc.assert(
      fc.property(anyLine, fc.subarray(["a", "b"] as const), (any, usable) => {
        const record = { ...any, sequence: Math.min(any.sequence, 0xffff0000) };
        board.fill(usable);
        board.file.write(record);
        board.step();
        const { slot, write } = atBoot(record, (which) => usable.includes(which));
        equal(board.file.read(), write ?? record);
        is(board.current(), slot);
      }),
      { numRuns: 40 },
    );
  },
  { limitMs: 60_000 },
);

spec("a try that cannot be written down is not had, and nobody judges the slot that runs instead", (t) => {
  const onTrial = { ...firstRecord(RELEASE), trying: "b" as const, triesLeft: 2 };
  for (const triesLeft of [2, 0]) {
    const board = slots(t, ["a", "b"], { ...onTrial, triesLeft });
    const program = '#!/bin/sh\necho "$@" >>"$HOLDFAST_SLOTS/asked"\n';
    writeFileSync(join(board.folder, "a/bin/holdfast"), program, { mode: 0o755 });
    mkdirSync(join(board.folder, "record.new")); // as a disk that is full or may not be written
    board.step();
    is(board.current(), "a");
    is(board.file.read()?.triesLeft, triesLeft);
    execFileSync("sh", [join(board.folder, SLOT_PROGRAM), "trial"], { stdio: "pipe" });
    is(existsSync(join(board.folder, "asked")), false, "the old release's health would confirm the new one");
  }
});

spec("the trial of a board that has ended meanwhile does not begin", (t) => {
  const board = slots(t, ["a", "b"], { ...firstRecord(RELEASE), trying: "b", triesLeft: 2 });
  const program = '#!/bin/sh\necho "$@" >>"$HOLDFAST_SLOTS/asked"\n';
  writeFileSync(join(board.folder, "b/bin/holdfast"), program, { mode: 0o755 });
  board.step();
  const trialOf = (pid: number) =>
    spawnSync("sh", [join(board.folder, SLOT_PROGRAM), "trial", String(pid)], { stdio: "pipe" }).status;
  const { pid: ended } = spawnSync("true");
  is(trialOf(ended), 1);
  is(existsSync(join(board.folder, "asked")), false);
  is(trialOf(process.pid), 0);
  is(existsSync(join(board.folder, "asked")), true);
});

spec("without a record that can be read, what was current is started", (t) => {
  const board = slots(t, ["a", "b"]);
  board.step();
  is(board.current(), "a");
  writeFileSync(join(board.folder, "record"), "format=1\nact");
  board.step();
  is(board.current(), "a");
  is(board.file.read(), undefined);
});
