import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import { type FlashBoardOptions, flashBoard } from "../../../deploy/cli/flash-board.ts";
import { spec } from "../../harness/spec.ts";
import { failureOf } from "../update/failure-of.ts";

spec(
  "what a card is made of is looked for before the configuration is read and a release is built",
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "holdfast-flash-board-"));
    t.defer(() => rmSync(folder, { recursive: true }));
    const out = join(folder, "card.img");
    const made = (options: Partial<FlashBoardOptions>) =>
      failureOf(flashBoard({ config: "/nowhere.json", trusted: [], json: true, yes: true, ...options }));
    const boot = await made({ bootFolder: folder });
    equal(boot, {
      code: "notRaspberryPiOs",
      message: "there is no cmdline.txt: this is not the boot partition of Raspberry Pi OS",
    });
    match((await made({ bootFolder: join(folder, "gone") })).message, "--boot-folder: there is no folder ");
    const os = join(folder, "raspios.img.xz");
    match((await made({ os, out })).message, `--os: there is no ${os}; it is Raspberry Pi OS Lite (64-bit)`);
    is(existsSync(out), false);
  },
);
