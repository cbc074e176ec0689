/** A slot that hangs before it has a guardian: the watchdog counts from the first process on, and the board goes back. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is } from "uvu/assert";
import { SOURCES, systemParts } from "../../deploy/image/build-slot.ts";
import { busyboxApplets } from "../../deploy/image/busybox-applets.ts";
import { makeSquashfs } from "../../deploy/image/file-systems.ts";
import { makeSlotRoot } from "../../deploy/image/slot-root.ts";
import { SlotSectors } from "../../deploy/update/slot-records.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import type { TestCard } from "./card.ts";
import { cardOnTrial } from "./card-on-trial.ts";
import { lineBoard } from "./line-board.ts";
import { bootVirt } from "./virt.ts";

/** On a quiet machine a tenth of it. */
const LIMIT_S = 400;
const WATCHDOG = ["-device", "i6300esb", "-action", "watchdog=reset"];

/** A slot like the card's own, whose first step on the way up says so and never ends. */
async function slotThatHangs(t: SpecContext, { application }: TestCard): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-slot-b-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const scripts = join(folder, "scripts");
  cpSync(join(SOURCES, "slot"), scripts, { recursive: true });
  writeFileSync(join(scripts, "up"), "#!/bin/sh\necho holdfast: hangs >/dev/console\nexec sleep 1000000\n");
  const { debian, busybox, bootDisk } = await systemParts();
  const applets = busyboxApplets(busybox);
  makeSlotRoot(join(folder, "root"), { debian: debian.root, applets, scripts, application, bootDisk });
  await makeSquashfs(join(folder, "slot"), join(folder, "root"));
  return readFileSync(join(folder, "slot"));
}

spec(
  "a slot that hangs before its guardian is reset by the watchdog, loses a boot each time, and is gone back from",
  async (t) => {
    const config = lineBoard(undefined, { owner: "guardian" });
    const card = await cardOnTrial(t, config, (made) => slotThatHangs(t, made));
    const board = await bootVirt(t, card, { resets: true, qemu: WATCHDOG, words: ["holdfast.watchdog=20"] });
    await board.says(/holdfast: slot a slot b did not hold in any of its boots\r?\n/, LIMIT_S);
    is(
      board.console.match(/holdfast: hangs/g)?.length,
      2,
      "each of its boots began, and ended by the watchdog",
    );
    const { active, trying, outcome } = new SlotSectors(card.image).read()!;
    is(`${active} ${trying} ${outcome}`, "a undefined fellBack");
    process.stdout.write(
      `figures: back in slot a after ${board.seconds.toFixed(1)} s, of which twice 20 s hanging\n`,
    );
  },
  { limitMs: 1_500_000 },
);
