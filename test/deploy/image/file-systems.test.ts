/** With the real tools: what they make of folders, without root. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { makeExt4, makeFat, makeSquashfs } from "../../../deploy/image/file-systems.ts";
import { type SpecContext, spec } from "../../harness/spec.ts";

const SLOW = { limitMs: 30_000 };

/** A folder with a file and a folder in it; ends the test as skipped without the tool. */
function content(t: SpecContext, tool: string): { at: (name: string) => string; folder: string } {
  if (!existsSync(tool)) t.skip(`there is no ${tool}`);
  const work = mkdtempSync(join(tmpdir(), "holdfast-file-systems-"));
  t.defer(() => rmSync(work, { recursive: true }));
  const folder = join(work, "folder");
  mkdirSync(join(folder, "inner"), { recursive: true });
  writeFileSync(join(folder, "one.txt"), "one\n");
  writeFileSync(join(folder, "inner/two.txt"), "two\n", { mode: 0o600 });
  return { at: (name) => join(work, name), folder };
}

spec(
  "a slot is the same bytes whenever it is made, whoever's the files are, also where a time is asked for by others",
  async (t) => {
    const { at, folder } = content(t, "/usr/bin/mksquashfs");
    await makeSquashfs(at("first"), folder);
    utimesSync(join(folder, "one.txt"), 1e9, 1e9);
    const before = process.env.SOURCE_DATE_EPOCH;
    t.defer(() => {
      if (before === undefined) delete process.env.SOURCE_DATE_EPOCH;
      else process.env.SOURCE_DATE_EPOCH = before;
    });
    process.env.SOURCE_DATE_EPOCH = "1795600000";
    await makeSquashfs(at("second"), folder);
    equal(readFileSync(at("second")), readFileSync(at("first")));
    const list = execFileSync("unsquashfs", ["-lln", at("first")], {
      env: { ...process.env, TZ: "UTC" },
    }).toString();
    match(list, /-rw------- 0\/0 +4 1970-01-01 00:00 .*inner\/two\.txt/);
  },
  SLOW,
);

spec(
  "a boot partition is FAT32 of the size that was asked for, with every file of the folder",
  async (t) => {
    const { at, folder } = content(t, "/usr/bin/mcopy");
    await makeFat(at("fat"), folder, 64);
    is(statSync(at("fat")).size, 64 * 1_048_576);
    is(readFileSync(at("fat")).toString("latin1", 82, 90), "FAT32   ");
    is(execFileSync("mtype", ["-i", at("fat"), "::/inner/two.txt"]).toString(), "two\n");
  },
  SLOW,
);

spec(
  "a data partition is clean, has the files, and can grow to the size of a card",
  async (t) => {
    const { at, folder } = content(t, "/usr/sbin/mke2fs");
    await makeExt4(at("ext4"), folder, 64);
    const tool = (name: string, ...words: string[]) =>
      execFileSync(`/usr/sbin/${name}`, [...words], { stdio: ["ignore", "pipe", "ignore"] }).toString();
    match(tool("e2fsck", "-fn", at("ext4")), /data: \d+\/\d+ files/);
    is(tool("debugfs", "-R", "cat /inner/two.txt", at("ext4")), "two\n");
    const about = tool("dumpe2fs", "-h", at("ext4"));
    match(about, /Block size: +4096/);
    const [, reserved = 0] = /Reserved GDT blocks: +(\d+)/.exec(about) ?? [];
    // Each describes 64 groups of 128 MiB (ext4, "Block group descriptors").
    ok(
      Number(reserved) * 64 * 128 >= 30 * 1024,
      `${reserved} reserved blocks are enough for a card of 30 GB`,
    );
  },
  SLOW,
);

/** The same files as `content` has, made in another order, at another time. */
function again(folder: string): void {
  rmSync(folder, { recursive: true });
  mkdirSync(join(folder, "inner"), { recursive: true });
  writeFileSync(join(folder, "inner/two.txt"), "two\n", { mode: 0o600 });
  writeFileSync(join(folder, "one.txt"), "one\n");
  utimesSync(join(folder, "one.txt"), 1e9, 1e9);
}

spec(
  "boot partition and data partition are the same bytes whenever they are made, in whatever order and time zone",
  async (t) => {
    const { at, folder } = content(t, "/usr/sbin/mke2fs");
    const before = process.env.TZ;
    t.defer(() => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    });
    for (const [round, zone] of ["UTC", "Pacific/Auckland"].entries()) {
      process.env.TZ = zone;
      await makeFat(at(`fat${round}`), folder, 64);
      await makeExt4(at(`ext4${round}`), folder, 64);
      again(folder);
    }
    for (const name of ["fat", "ext4"])
      is(readFileSync(at(`${name}0`)).equals(readFileSync(at(`${name}1`))), true, name);
    is(
      execFileSync("/usr/sbin/e2fsck", ["-fn", at("ext41")], { stdio: ["ignore", "pipe", "ignore"] }).length >
        0,
      true,
    );
  },
  SLOW,
);
