/**
 * A board's side of an update, again and again, for a test that kills it at any moment: receives the bundle, puts it on trial,
 * boots it, and gives a verdict. Words: folder of slots, bundle, file of the public key.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { readReleaseKey } from "../../../deploy/release/release-key.ts";
import { fileSource } from "../../../deploy/update/file-source.ts";
import { FolderSlots } from "../../../deploy/update/folder-slots.ts";
import { receive } from "../../../deploy/update/receive.ts";
import { SlotFile } from "../../../deploy/update/slot-file.ts";
import { SLOT_PROGRAM } from "../../../deploy/update/slot-program.ts";
import { onTrial, reverted } from "../../../deploy/update/slot-steps.ts";
import { HERE } from "./a-place.ts";

const [, , folder = "", bundle = "", key = ""] = process.argv;
const records = new SlotFile(folder);
const plan = {
  where: bundle,
  trusted: [readReleaseKey(key)],
  here: HERE,
  records,
  store: new FolderSlots(folder),
  notes: folder,
  flags: { retry: true },
  limit: 1e9,
  onProgress: () => {},
};

process.stdout.write("begun\n");
for (;;) {
  const record = records.read()!;
  if (record.trying !== undefined) records.write(reverted(record, "it was only a test"));
  const source = await fileSource(bundle);
  await receive({ ...plan, source });
  await source.close();
  records.write(onTrial(records.read()!, { retry: true }));
  for (let boot = 0; boot < 2; boot++)
    execFileSync("sh", [join(folder, SLOT_PROGRAM), "step"], { stdio: "ignore" });
  records.write(reverted(records.read()!, "it was only a test"));
  // What was received is to be received again.
  const after = records.read()!;
  records.write({ ...after, sequence: after.sequence + 1, releases: { ...after.releases, b: undefined } });
}
