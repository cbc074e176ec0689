/** Slots that hang before they have a guardian: the watchdog counts from the first process on, and the board goes back, also from one that was confirmed. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is, match } from "uvu/assert";
import { SOURCES, systemParts } from "../../deploy/image/build-slot.ts";
import { busyboxApplets } from "../../deploy/image/busybox-applets.ts";
import { makeSquashfs } from "../../deploy/image/file-systems.ts";
import { makeSlotRoot } from "../../deploy/image/slot-root.ts";
import { SlotSectors } from "../../deploy/update/slot-records.ts";
import { confirmed, UNSEEN_BOOTS } from "../../deploy/update/slot-steps.ts";
import { probe } from "../harness/mqtt-probe.ts";
import { projectFolder } from "../harness/source-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import type { TestCard } from "./card.ts";
import { cardOnTrial, RELEASE } from "./card-on-trial.ts";
import { gpioSim } from "./gpio-sim.ts";
import { lineBoard } from "./line-board.ts";
import { patientBroker } from "./patient-broker.ts";
import { comes, toldUpdate } from "./updatable.ts";
import { bootVirt } from "./virt.ts";

/** On a quiet machine a tenth of it. */
const LIMIT_S = 400;
const WATCHDOG = ["-device", "i6300esb", "-action", "watchdog=reset"];
/** For the kernel: the slot of these tests hangs in this boot. */
const HANGS = "holdfast.hangs";

/** A slot like the card's own, whose first step on the way up never ends where the kernel's words say so, and says that it does not. */
async function slotThatHangs(t: SpecContext, { application }: TestCard): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-slot-b-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const scripts = join(folder, "scripts");
  cpSync(join(SOURCES, "slot"), scripts, { recursive: true });
  const up = readFileSync(join(scripts, "up"), "utf8");
  const hang = `if grep -q ${HANGS} /proc/cmdline; then
    echo holdfast: hangs >/dev/console
    exec sleep 1000000
fi`;
  writeFileSync(
    join(scripts, "up"),
    up.replace(/^#!.*\n/, (head) => `${head}${hang}\n`),
  );
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
    const board = await bootVirt(t, card, {
      resets: true,
      qemu: WATCHDOG,
      words: ["holdfast.watchdog=20", HANGS],
    });
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

spec(
  "a confirmed slot that no longer comes up, five boots in a row, whoever ends them, is gone back from, and the broker is told",
  async (t) => {
    const broker = await patientBroker(t);
    const config = lineBoard(broker.fromGuest, { owner: "guardian" });
    const card = await cardOnTrial(t, config, (made) => slotThatHangs(t, made));
    const records = new SlotSectors(card.image);
    records.write(confirmed(records.read()!));
    const unseen = () => records.read()!.unseenBoots;
    const header = await gpioSim(projectFolder, () => {});
    const on = (...words: readonly string[]) =>
      bootVirt(t, card, { gpioSim: header, resets: true, qemu: WATCHDOG, words });
    /** Its power is cut while it hangs. */
    const cutShort = async () => {
      const board = await on("holdfast.watchdog=1000", HANGS);
      await board.says(/holdfast: slot b\r?\n[\s\S]*holdfast: hangs/, LIMIT_S);
      await board.cut();
    };

    await cutShort();
    is(unseen(), 1);
    const good = await on("holdfast.watchdog=1000");
    await until("it has come up, and that is written down", () => unseen() === 0, LIMIT_S * 1000);
    match(good.console, /holdfast: slot b\r?\n/);
    await good.cut();

    for (const count of [1, 2, 3]) {
      await cutShort();
      is(unseen(), count, "in a row: what was counted before it came up is forgotten");
    }
    const client = await probe(t, broker.url, ["holdfast/greenhouse/#"]);
    const board = await on("holdfast.watchdog=45", HANGS);
    const why = `slot b did not come up in ${UNSEEN_BOOTS} boots`;
    await board.says(new RegExp(`holdfast: slot a ${why}\\r?\\n`), LIMIT_S);
    is(board.console.match(/holdfast: slot b\r?\n/g)?.length, 2, "the other two ended by the watchdog");
    await comes(board, "the broker is told", () => toldUpdate(client)?.state === "fellBack");
    is(toldUpdate(client)!.reason, why);
    const { active, trying, refused, wayBack, unseenBoots } = records.read()!;
    is(`${active} ${trying} ${refused} ${wayBack} ${unseenBoots}`, `a undefined ${RELEASE} false 0`);
  },
  { limitMs: 3_000_000 },
);
