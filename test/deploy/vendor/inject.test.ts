/** A board goes into a vendor's image: everything that is looked at is read back from the image. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { ImageBootFiles } from "../../../deploy/vendor/boot-files.ts";
import { Ext4Part } from "../../../deploy/vendor/ext4-part.ts";
import { type InjectOptions, injectBoard } from "../../../deploy/vendor/inject.ts";
import { readPartitions } from "../../../deploy/vendor/partitions.ts";
import { VendorError } from "../../../deploy/vendor/vendor-error.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";
import { ABOUT } from "../release/a-bundle.ts";
import { aBoard } from "./a-board.ts";
import { aVendorImage } from "./a-vendor-image.ts";

/** Each file of the image is asked for by a program of its own. */
const LIMIT = { limitMs: 60_000 };

/** What Raspberry Pi OS of 2021 says of its packages, as far as it matters. */
const BULLSEYE = `Package: libc-bin
Version: 2.36-9

Package: libc6
Status: install ok installed
Architecture: arm64
Version: 2.31-13+rpt2
Depends: libgcc-s1
`;

/** An image and what is to go into it. */
function ready(t: SpecContext): { image: string; options: InjectOptions } {
  const folder = aFolder(t);
  const image = aVendorImage(t, folder);
  const login = { user: "pi", hash: "$6$salt$hash" };
  return { image, options: { ...aBoard(folder), image, release: "0.1.0 linux-arm64", login } };
}

function refusal(options: InjectOptions): VendorError {
  try {
    injectBoard(options);
  } catch (error) {
    assert.instance(error, VendorError);
    return error as VendorError;
  }
  throw new Error("it was accepted");
}

spec(
  "application, service, account and settings are in the image, and it is clean",
  (t) => {
    const { image, options } = ready(t);
    const steps: string[] = [];
    assert.is(injectBoard({ ...options, step: (what) => void steps.push(what) }), "injected");
    assert.is(steps.length, 4);
    const { root, boot } = readPartitions(image);
    const part = new Ext4Part(image, root);
    const text = (path: string) => part.read(path)?.toString("utf8") ?? "";
    const stat = (path: string) =>
      spawnSync("debugfs", ["-R", `stat "${path}"`, `${image}?offset=${root.offset}`], { encoding: "utf8" })
        .stdout;

    assert.is(text("/opt/holdfast/a/bin/holdfast"), "#!/bin/sh\n");
    assert.match(stat("/opt/holdfast/a/bin/holdfast"), /Mode:\s+0755/);
    assert.match(stat("/opt/holdfast/current"), 'Fast link dest: "a"');
    assert.match(text("/opt/holdfast/record"), /^active=a$/m);
    const [, uid, gid] = /^holdfast:x:(\d+):(\d+):/m.exec(text("/etc/passwd"))!;
    assert.match(text("/etc/group"), /^gpio:x:986:pi,holdfast$/m);
    const unit = text("/etc/systemd/system/holdfast.service");
    assert.match(
      unit,
      '"/opt/holdfast/current/bin/node" "/opt/holdfast/current/program/deploy/board/guardian-main.js"',
    );
    assert.match(unit, /^User=holdfast$/m);
    assert.match(unit, /^ExecStartPre=.*slots" step$/m);
    for (const [by, wanted] of [
      ["multi-user.target", "holdfast.service"],
      ["holdfast.service", "holdfast-trial.service"],
      ["paths.target", "holdfast-receive.path"],
      ["paths.target", "holdfast-levels.path"],
      ["holdfast.service", "holdfast-levels.service"],
    ])
      assert.match(stat(`/etc/systemd/system/${by}.wants/${wanted}`), "Type: symlink");
    assert.is(text("/etc/holdfast/board.config.json"), readFileSync(options.configFile, "utf8"));
    const login = stat("/etc/holdfast/keys/pump-house.login.json");
    assert.match(login, /Mode:\s+0600/);
    assert.match(login, new RegExp(`User:\\s+${uid}\\s+Group:\\s+${gid}`));
    assert.is(text("/etc/hostname"), "pump-house\n");

    const files = new ImageBootFiles(image, boot);
    assert.match(files.read("config.txt")!, "arm_64bit=1");
    assert.match(files.read("config.txt")!, "include holdfast-gpio.txt");
    assert.match(
      files.read("holdfast-gpio.txt")!,
      /^gpio=17=op,dh$/m,
      "off is high for a relay that is active when low",
    );
    assert.match(files.read("cmdline.txt")!, "cfg80211.ieee80211_regdom=DE");
    assert.is(files.read("ssh"), "");
    assert.is(files.read("userconf.txt"), "pi:$6$salt$hash\n");
  },
  LIMIT,
);

spec(
  "a second time changes nothing, another release is refused",
  (t) => {
    const { image, options } = ready(t);
    injectBoard(options);
    const before = readFileSync(image);
    assert.is(injectBoard(options), "present");
    const other = refusal({ ...options, release: "0.2.0 linux-arm64" });
    assert.is(other.code, "otherRelease");
    assert.match(other.message, "holdfast push");
    assert.ok(readFileSync(image).equals(before), "not a byte has changed");
  },
  LIMIT,
);

spec(
  "what does not fit is refused before anything is written",
  (t) => {
    const { image, options } = ready(t);
    const before = readFileSync(image);
    assert.is(refusal({ ...options, settings: { environment: { TZ: "UTC" } } }).code, "badSettings");
    rmSync(join(options.configFile, "../keys/pump-house.login.json"));
    const missing = refusal(options);
    assert.is(missing.code, "badSettings");
    assert.match(missing.message, "pump-house.login.json is not there");
    assert.ok(readFileSync(image).equals(before), "not a byte has changed");
    const part = new Ext4Part(image, readPartitions(image).root);
    const first = { manifest: { ...ABOUT, payloads: [] }, release: "ab".repeat(16) };
    part.write([
      { path: "/var/lib/dpkg", folder: true, mode: 0o755 },
      { path: "/var/lib/dpkg/status", text: BULLSEYE, mode: 0o644 },
    ]);
    const old = refusal({ ...options, first });
    assert.is(old.code, "notRaspberryPiOs");
    assert.match(old.message, "has glibc 2.31-13+rpt2, and this release needs 2.34 or newer");
    part.write([{ path: "/etc/rpi-issue", linkTo: "nowhere" }]);
    assert.is(refusal(options).code, "notRaspberryPiOs");
  },
  LIMIT,
);
