import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, match, not, throws } from "uvu/assert";
import { printBootLevels } from "../../deploy/cli/boot-levels.ts";
import { checkBootLevels } from "../../deploy/doctor/checks/boot-levels.ts";
import { FolderBootFiles } from "../../deploy/vendor/boot-files.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { demoFile } from "./demo-board.ts";
import { aMachine, linuxDemo, said } from "./doctor/a-machine.ts";

/** A boot partition with this config.txt. */
function bootFolder(t: SpecContext, config: string): string {
  const folder = mkdtempSync(join(tmpdir(), "boot-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "config.txt"), config);
  return folder;
}

spec("boot-levels --write writes the file and includes it once, for every board", (t) => {
  const write = bootFolder(t, "dtparam=i2c_arm=on\n[pi4]\narm_boost=1");
  for (let times = 0; times < 2; times++) printBootLevels(demoFile, { json: true, write });
  equal(
    readFileSync(join(write, "config.txt"), "utf8"),
    "dtparam=i2c_arm=on\n[pi4]\narm_boost=1\n\n[all]\ninclude holdfast-gpio.txt\n",
  );
  match(readFileSync(join(write, "holdfast-gpio.txt"), "utf8"), /\ngpio=6=op,dh\n.*\ngpio=17=op,dl\n/s);
});

spec("levels that the firmware may read are written where they lie, and config.txt is not touched", (t) => {
  const write = bootFolder(t, "");
  const file = join(write, "holdfast-gpio.txt");
  printBootLevels(demoFile, { json: true, write });
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("gpio=17=op,dl", "gpio=17=op,dh"));
  const before = [file, join(write, "config.txt")].map((one) => statSync(one).ino);
  printBootLevels(demoFile, { json: true, write });
  equal(readFileSync(file, "utf8"), text);
  equal(
    [file, join(write, "config.txt")].map((one) => statSync(one).ino),
    before,
  );
  equal(readdirSync(write), ["config.txt", "holdfast-gpio.txt"]);
});

spec("what config.txt says is added to where it lies, whatever its comments are written in", (t) => {
  const write = bootFolder(t, "");
  const config = join(write, "config.txt");
  const before = Buffer.from("# gr\xfc\xdfe\n", "latin1");
  writeFileSync(config, before);
  const { ino } = statSync(config);
  printBootLevels(demoFile, { json: true, write });
  equal(statSync(config).ino, ino);
  equal(readFileSync(config).subarray(0, before.length), before);
  match(readFileSync(config, "utf8"), /\n\n\[all\]\ninclude holdfast-gpio\.txt\n$/);
});

spec("another text of a boot file takes its place as a whole, and nothing is left beside it", (t) => {
  const folder = bootFolder(t, "");
  const boot = new FolderBootFiles(folder);
  const cmdline = join(folder, "cmdline.txt");
  writeFileSync(cmdline, "console=tty1\n");
  const { ino } = statSync(cmdline);
  boot.write("cmdline.txt", "console=tty1 systemd.run=x\n");
  equal(boot.read("cmdline.txt"), "console=tty1 systemd.run=x\n");
  not.equal(statSync(cmdline).ino, ino);
  equal(readdirSync(folder), ["cmdline.txt", "config.txt"]);
});

spec("a folder without config.txt is refused with what --write takes, and nothing is written", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "boot-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const empty = join(folder, "empty");
  mkdirSync(empty);
  throws(() => printBootLevels(demoFile, { json: true, write: empty }), /config.txt.*\/boot\/firmware/);
  throws(() => readFileSync(join(empty, "holdfast-gpio.txt")), /ENOENT/);
});

spec("the doctor advises where outputs float at boot, and is content where they do not", () => {
  equal(said(checkBootLevels, aMachine(), linuxDemo()), [
    "ok outputs.bootLevels: the firmware brings every output to its safe level at power-up",
  ]);
  const files = { boot: { firmware: { "holdfast-gpio.txt": undefined } } };
  const [missing = ""] = said(checkBootLevels, aMachine({ files }), linuxDemo());
  match(
    missing,
    /^advice outputs\.bootLevels: .*GPIO17.* float: there is no .*holdfast-gpio\.txt → run "sudo holdfast boot-levels/,
  );
  equal(said(checkBootLevels, aMachine()), [], "no configuration, no outputs");
});
