/**
 * Makes a card of Raspberry Pi OS a board's by its boot partition alone: what is to be installed goes there packed, and the card's
 * first boot installs it (`first-run.ts`). For systems that cannot write ext4.
 */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { BoardConfig } from "../config/board-schema.ts";
import { hardwarePlan } from "../config/plan.ts";
import type { Provision } from "../image/provision.ts";
import { runToolNow } from "../image/run-tool.ts";
import type { FirstRelease } from "../release/first-release.ts";
import { boardFiles } from "./board-entries.ts";
import type { BootFiles } from "./boot-files.ts";
import { busEntries } from "./bus-entries.ts";
import type { Ext4Entry } from "./ext4-part.ts";
import { FIRST_RUN, firstRunScript, withFirstRun } from "./first-run.ts";
import { writeBoot } from "./inject.ts";
import { settingsEntries } from "./settings.ts";
import { VendorError } from "./vendor-error.ts";

export interface PrepareOptions {
  readonly boot: BootFiles;
  readonly config: BoardConfig;
  /** The operator's configuration. */
  readonly configFile: string;
  /** The application's folder, for linux-arm64. */
  readonly application: string;
  /** Which release that is; absent: the board knows it by nothing. */
  readonly first?: FirstRelease;
  readonly settings: Provision;
  readonly login?: { readonly user: string; readonly hash: string };
  /** Hears what is being done. */
  readonly step?: (what: string) => void;
}

/** What its kernel is started with. Throws `VendorError` `notRaspberryPiOs`. */
export function commandLineOf(boot: BootFiles): string {
  const commandLine = boot.read("cmdline.txt");
  if (commandLine !== undefined) return commandLine;
  throw new VendorError(
    "notRaspberryPiOs",
    "there is no cmdline.txt: this is not the boot partition of Raspberry Pi OS",
  );
}

/** Throws `VendorError`: `notRaspberryPiOs`, `otherRelease` when something waits for the first boot already, `badSettings`; `ReleaseError` for a program that is missing or fails. */
export function prepareBoot(options: PrepareOptions): void {
  const { boot, config, settings, login, step = () => {} } = options;
  const once = withFirstRun(commandLineOf(boot));
  const work = mkdtempSync(join(tmpdir(), "holdfast-first-run-"));
  try {
    step("packing");
    const entries = [
      ...settingsEntries(settings),
      ...boardFiles(options),
      ...busEntries(hardwarePlan(config)),
    ];
    const archive = join(work, FIRST_RUN.archive);
    pack(entries, join(work, "root"), archive);
    step("boot partition");
    boot.copy(FIRST_RUN.archive, archive);
    boot.write(FIRST_RUN.script, firstRunScript(settings.hostname));
    if (login !== undefined) boot.write("userconf.txt", `${login.user}:${login.hash}\n`);
    // Last: a card that was left half done boots as the vendor made it.
    boot.write("cmdline.txt", once);
    writeBoot(boot, config, settings);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Lays the entries out and packs them: tar(1) of GNU, of macOS and of Windows take these words. */
function pack(entries: readonly Ext4Entry[], root: string, archive: string): void {
  // Modes are what the card has afterwards; a stricter mask of this machine would lock the board's account out.
  const before = process.umask(0o022);
  try {
    for (const entry of entries) layOut(entry, join(root, entry.path));
  } finally {
    process.umask(before);
  }
  runToolNow("tar", ["-czf", archive, "-C", root, "."]);
}

function layOut(entry: Ext4Entry, at: string): void {
  mkdirSync("folder" in entry ? at : dirname(at), {
    recursive: true,
    ...("folder" in entry && { mode: entry.mode }),
  });
  if ("linkTo" in entry) symlinkSync(entry.linkTo, at);
  else if ("text" in entry) writeFileSync(at, entry.text, { mode: entry.mode });
  else if ("from" in entry) {
    copyFileSync(entry.from, at);
    chmodSync(at, entry.mode);
  }
}
