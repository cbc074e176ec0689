import { closeSync, openSync, writeSync } from "node:fs";
import { PLACES } from "../../deploy/image/card.ts";
import { SlotSectors } from "../../deploy/update/slot-records.ts";
import { onTrial, written } from "../../deploy/update/slot-steps.ts";
import type { SpecContext } from "../harness/spec.ts";
import { type TestCard, testCard } from "./card.ts";

const MIB = 1_048_576;
/** What slot b is said to hold. */
export const RELEASE = "7".repeat(32);

/** A card of this configuration with these bytes in slot b, which is on trial for two boots. */
export async function cardOnTrial(
  t: SpecContext,
  config: string,
  slot: (card: TestCard) => Promise<Buffer>,
): Promise<TestCard> {
  const card = await testCard(t, config);
  const disk = openSync(card.image, "r+");
  writeSync(disk, await slot(card), 0, undefined, PLACES.slotB.from * MIB);
  closeSync(disk);
  const records = new SlotSectors(card.image);
  records.write(onTrial(written(records.read()!, RELEASE), { tries: 2 }));
  return card;
}
