/** The way over the boot partition alone: what lies there afterwards, and what the first boot would run. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { FolderBootFiles } from "../../../deploy/vendor/boot-files.ts";
import { FIRST_RUN, firstRunScript, withFirstRun } from "../../../deploy/vendor/first-run.ts";
import { prepareBoot } from "../../../deploy/vendor/prepare-boot.ts";
import { VendorError } from "../../../deploy/vendor/vendor-error.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";
import { aBoard } from "./a-board.ts";

/** Programs are run for each step. */
const LIMIT = { limitMs: 60_000 };

spec(
  "a mounted boot partition gets the board packed, and a first boot that installs it",
  (t) => {
    const folder = aFolder(t);
    const mounted = join(folder, "bootfs");
    mkdirSync(mounted);
    writeFileSync(join(mounted, "config.txt"), "arm_64bit=1");
    writeFileSync(join(mounted, "cmdline.txt"), "console=tty1 root=PARTUUID=1-02 rootwait\n");
    const boot = new FolderBootFiles(mounted);
    const options = { ...aBoard(folder), boot };
    const before = process.umask(0o077);
    t.defer(() => process.umask(before));
    prepareBoot(options);
    assert.match(
      boot.read("cmdline.txt")!,
      /^console=tty1 root=PARTUUID=1-02 rootwait systemd\.run=\/boot\/firmware\/\S+\.sh [^\n]+\n$/,
    );
    assert.match(boot.read("config.txt")!, "arm_64bit=1\n\n[all]\ninclude holdfast-gpio.txt\n");
    const names = spawnSync("tar", ["-tvzf", join(mounted, FIRST_RUN.archive)], { encoding: "utf8" }).stdout;
    for (const [mode, path] of [
      ["-rwxr-xr-x", "./opt/holdfast/a/bin/holdfast"],
      ["-rwxr-xr-x", "./opt/holdfast/slots"],
      ["drwxr-xr-x", "./opt/holdfast/"],
      ["drwxr-xr-x", "./opt/holdfast/a/bin/"],
      ["-rw-------", "./etc/holdfast/keys/pump-house.login.json"],
      ["-rw-------", "./root/.ssh/authorized_keys"],
      ["-rw-r--r--", "./etc/hostname"],
    ] as const)
      assert.match(names, new RegExp(`^${mode} .* ${path.replaceAll(".", "\\.")}$`, "m"));
    assert.match(names, "./opt/holdfast/current -> a");
    const again = (() => {
      try {
        prepareBoot(options);
      } catch (error) {
        return error as VendorError;
      }
      throw new Error("a second time was accepted");
    })();
    assert.is(again.code, "otherRelease");
    assert.match(again.message, "let the card boot once");
  },
  LIMIT,
);

spec(
  "the script is one for bash, and leaves an ordinary command line behind",
  (t) => {
    const folder = aFolder(t);
    const script = join(folder, FIRST_RUN.script);
    writeFileSync(script, firstRunScript("pump-house"));
    assert.is(spawnSync("bash", ["-n", script], { encoding: "utf8" }).stderr, "");
    // Without an archive it installs nothing, says so, and the next boot is an ordinary one.
    const before = "console=tty1 rootwait cfg80211.ieee80211_regdom=DE\n";
    const commandLine = join(folder, "cmdline.txt");
    writeFileSync(commandLine, withFirstRun(before));
    const file = () => [statSync(commandLine).ino, statSync(commandLine).size];
    const prepared = file();
    assert.is(spawnSync("bash", [script]).status === 0, false);
    assert.match(readFileSync(commandLine, "utf8"), /^[^ ].*[^ ] *\n$/);
    assert.is(`${readFileSync(commandLine, "utf8").trimEnd()}\n`, before);
    assert.equal(file(), prepared, "the same file, written over where it lies");
    assert.match(readFileSync(join(folder, FIRST_RUN.log), "utf8"), "holdfast.tar.gz");
    // An archive that is none: what fails leaves no keys behind on a partition that anybody can read.
    writeFileSync(script, firstRunScript("pump-house"));
    writeFileSync(join(folder, FIRST_RUN.archive), "keys and passwords");
    assert.is(spawnSync("bash", [script]).status === 0, false);
    assert.equal(readdirSync(folder).sort(), ["cmdline.txt", FIRST_RUN.log]);
    assert.match(
      readFileSync(join(folder, FIRST_RUN.log), "utf8"),
      "flash --boot-folder prepares the card again",
    );
  },
  LIMIT,
);

spec(
  "a folder that is no boot partition is left alone",
  (t) => {
    const folder = aFolder(t);
    const boot = new FolderBootFiles(folder);
    assert.throws(
      () => prepareBoot({ ...aBoard(folder), boot }),
      (error: Error) => error instanceof VendorError && error.code === "notRaspberryPiOs",
    );
  },
  LIMIT,
);
