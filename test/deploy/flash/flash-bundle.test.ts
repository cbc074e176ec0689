/** A card that gets a release that was made elsewhere, by a machine that can make none. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { equal, is, match } from "uvu/assert";
import type { Manifest } from "../../../deploy/release/manifest.ts";
import { projectFolder } from "../../harness/source-files.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { aKey } from "../release/a-bundle.ts";
import { aBundleOf, temporary } from "../update/a-place.ts";
import { aBoard } from "../vendor/a-board.ts";

const CLI = join(projectFolder, "dist/deploy/cli/main.js");
/** A program is started for each case. */
const LIMIT = { limitMs: 60_000 };

/** A boot partition that is mounted, and a machine that has tar and gzip, as macOS has them, and no tool beside. */
function aDesk(t: SpecContext) {
  const folder = temporary(t);
  const [mounted, bin] = [join(folder, "bootfs"), join(folder, "path")];
  for (const name of [mounted, bin, join(folder, "release")]) mkdirSync(name);
  writeFileSync(join(mounted, "config.txt"), "[all]\narm_64bit=1\n");
  writeFileSync(join(mounted, "cmdline.txt"), "console=tty1 root=PARTUUID=1-02 rootwait\n");
  for (const tool of ["tar", "gzip"])
    symlinkSync(
      execFileSync("sh", ["-c", `command -v ${tool}`])
        .toString()
        .trim(),
      join(bin, tool),
    );
  const { configFile } = aBoard(folder);
  const key = aKey(join(folder, "keys"));
  const flash = (bundle: string) => {
    const words = ["flash", "--config", configFile, "--boot-folder", mounted, "--bundle", bundle];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [CLI, ...words, "--trust", join(folder, "keys/release.pub"), "--json"],
      { encoding: "utf8", env: { PATH: bin, HOME: folder, TMPDIR: folder }, cwd: folder },
    );
    return { status, said: `${stdout}${stderr}` };
  };
  const bundle = (about: Partial<Manifest>) =>
    aBundleOf(join(folder, "release"), { "bin/holdfast": "#!/bin/sh\n", "a/b.js": "1" }, about, key);
  return { mounted, flash, bundle };
}

spec(
  "a boot partition gets a release that was made elsewhere, with nothing of what makes one here",
  async (t) => {
    const { mounted, flash, bundle } = aDesk(t);
    const { status, said } = flash(await bundle({ target: "linux-arm64", board: "pump-house" }));
    is(status, 0, said);
    match(said, /"login":\{"user":"pi","password":"/);
    const archive = join(mounted, "holdfast.tar.gz");
    const content = (path: string) => execFileSync("tar", ["-xOzf", archive, path], { encoding: "utf8" });
    is(content("./opt/holdfast/a/bin/holdfast"), "#!/bin/sh\n");
    const { version } = JSON.parse(content("./opt/holdfast/manifest-a.json")) as Manifest;
    is(version, "0.1.0");
    match(content("./opt/holdfast/record"), /^release_a=[0-9a-f]{32}$/m);
    match(readFileSync(join(mounted, "userconf.txt"), "utf8"), /^pi:\$6\$/);
  },
  LIMIT,
);

spec(
  "one that is for another board or machine is refused, and nothing is written",
  async (t) => {
    const { mounted, flash, bundle } = aDesk(t);
    const before = readFileSync(join(mounted, "cmdline.txt"), "utf8");
    for (const [about, why] of [
      [{ target: "linux-arm64", board: "roof" }, "is for the board roof, this is pump-house"],
      [{ target: "linux-armv7l", board: "pump-house" }, "is for linux-armv7l, the card is linux-arm64"],
    ] as const) {
      const { status, said } = flash(await bundle(about));
      equal([status, said.includes(why)], [1, true], said);
    }
    match(flash(join(mounted, "none.holdfast")).said, "there is no ");
    is(readFileSync(join(mounted, "cmdline.txt"), "utf8"), before);
  },
  LIMIT,
);
