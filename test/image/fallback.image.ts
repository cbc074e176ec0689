/** Boots of a card whose slot b is on trial and does not hold: what its first process, its init and a real watchdog make of that. */
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { is } from "uvu/assert";
import { buildSlot, systemParts } from "../../deploy/image/build-slot.ts";
import { PLACES } from "../../deploy/image/card.ts";
import { SlotSectors } from "../../deploy/update/slot-records.ts";
import { onTrial, written } from "../../deploy/update/slot-steps.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { type TestCard, testCard } from "./card.ts";
import { lineBoard } from "./line-board.ts";
import type { Machine } from "./machine.ts";
import { bootVirt } from "./virt.ts";

const RELEASE = "7".repeat(32);
const LIMIT_S = 400;
const LIMIT = { limitMs: 1_500_000 };
const MIB = 1_048_576;

/** A card with these bytes in slot b, which is on trial for two boots. */
async function cardOnTrial(t: SpecContext, slot: (card: TestCard) => Promise<Buffer>): Promise<TestCard> {
  const card = await testCard(t, lineBoard(undefined));
  const disk = openSync(card.image, "r+");
  writeSync(disk, await slot(card), 0, undefined, PLACES.slotB.from * MIB);
  closeSync(disk);
  const records = new SlotSectors(card.image);
  records.write(onTrial(written(records.read()!, RELEASE), { tries: 2 }));
  return card;
}

/** A slot like the card's own, whose guardian is this program. */
async function slotWith(t: SpecContext, { application }: TestCard, guardian: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-slot-b-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  cpSync(application, join(folder, "application"), { recursive: true });
  writeFileSync(join(folder, "application/program/deploy/board/guardian-main.js"), guardian);
  const out = join(folder, "slot");
  await buildSlot({ application: join(folder, "application"), out, parts: await systemParts() });
  return readFileSync(out);
}

/** The slot of each boot so far, with what was said about it. */
function boots(board: Machine): string {
  return [...board.console.matchAll(/holdfast: (slot [ab].*?)\r?\n/g)].map(([, words]) => words).join(", ");
}

async function goesBack(board: Machine, card: TestCard, why: string): Promise<void> {
  await board.says(new RegExp(`holdfast: slot a slot b ${why}\\r?\\n`), LIMIT_S);
  const { active, trying, outcome, outcomeOf, reason, refused, told } = new SlotSectors(card.image).read()!;
  is(`${active} ${trying} ${outcome} ${told}`, "a undefined fellBack false");
  is(reason, `slot b ${why}`);
  is(outcomeOf, RELEASE);
  is(refused.join(), RELEASE);
}

spec(
  "a slot that cannot be mounted is gone back from in the same boot",
  async (t) => {
    const card = await cardOnTrial(t, async () => Buffer.from("no squashfs"));
    const board = await bootVirt(t, card, { resets: true });
    await goesBack(board, card, "cannot be mounted");
    is(boots(board), "slot b cannot be mounted, slot a slot b cannot be mounted");
  },
  LIMIT,
);

spec(
  "a guardian that ends at once, five times, costs its release a boot each; then the board goes back",
  async (t) => {
    const card = await cardOnTrial(t, (made) => slotWith(t, made, "process.exit(1);"));
    const board = await bootVirt(t, card, { resets: true });
    await goesBack(board, card, "did not hold in any of its boots");
    is(boots(board), "slot b trial, slot b trial, slot a slot b did not hold in any of its boots");
  },
  LIMIT,
);

spec(
  "a guardian that hangs is ended by the watchdog, which it has not fed; then the board goes back",
  async (t) => {
    const hangs = 'import { openSync } from "node:fs"; openSync("/dev/watchdog0", "w"); for (;;);';
    const card = await cardOnTrial(t, (made) => slotWith(t, made, hangs));
    const watchdog = ["-device", "i6300esb", "-action", "watchdog=reset"];
    const board = await bootVirt(t, card, { resets: true, qemu: watchdog });
    await goesBack(board, card, "did not hold in any of its boots");
    is(boots(board), "slot b trial, slot b trial, slot a slot b did not hold in any of its boots");
  },
  LIMIT,
);
