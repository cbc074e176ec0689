/** Against real file systems, made as an ordinary user makes them. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { Ext4Part } from "../../../deploy/vendor/ext4-part.ts";
import { growRoot } from "../../../deploy/vendor/grow-root.ts";
import { readPartitions } from "../../../deploy/vendor/partitions.ts";
import { treeBytes, treeEntries } from "../../../deploy/vendor/tree-entries.ts";
import { spec } from "../../harness/spec.ts";
import { aFolder } from "../keys/a-folder.ts";
import { aVendorImage } from "./a-vendor-image.ts";

function stat(image: string, offset: number, path: string): string {
  return spawnSync("debugfs", ["-R", `stat "${path}"`, `${image}?offset=${offset}`], { encoding: "utf8" })
    .stdout;
}

/** Programs are run for each step. */
const LIMIT = { limitMs: 60_000 };

spec(
  "files, folders and links are written with their modes and owners, and replaced",
  async (t) => {
    const image = aVendorImage(t, aFolder(t));
    const { root } = readPartitions(image);
    const part = new Ext4Part(image, root);
    part.write([
      { path: "/opt", folder: true, mode: 0o700 }, // there already: kept as it is
      { path: "/opt/a board", folder: true, mode: 0o750, uid: 990, gid: 991 },
      { path: "/opt/a board/run", text: "one\n", mode: 0o755 },
      { path: "/opt/a board/current", linkTo: "../slot a" },
      { path: "/etc/hostname", text: "greenhouse\n", mode: 0o644 },
    ]);
    assert.is(part.read("/etc/hostname")?.toString(), "greenhouse\n");
    part.write([
      { path: "/opt/a board/run", text: "two\n", mode: 0o644 },
      { path: "/opt/a board/current", linkTo: "b" },
    ]);
    assert.is(part.read("/opt/a board/run")?.toString(), "two\n");
    assert.match(stat(image, root.offset, "/opt/a board/run"), /Type: regular\s+Mode:\s+0644/);
    assert.match(stat(image, root.offset, "/opt/a board/current"), 'Fast link dest: "b"');
    assert.match(
      stat(image, root.offset, "/opt/a board"),
      /Type: directory\s+Mode:\s+0750[\s\S]*User:\s+990\s+Group:\s+991/,
    );
    assert.match(stat(image, root.offset, "/opt"), /Mode:\s+0755/);
    assert.is(part.read("/nowhere"), undefined);
    assert.is(part.has("/opt/a board/current"), true);
    part.check();
  },
  LIMIT,
);

spec(
  "what could not be written is an error, though debugfs ends with 0",
  (t) => {
    const image = aVendorImage(t, aFolder(t));
    const part = new Ext4Part(image, readPartitions(image).root);
    assert.throws(() => part.write([{ path: "/no/folder/file", text: "", mode: 0o644 }]), "File not found");
    assert.throws(() => part.write([{ path: '/a"b', text: "", mode: 0o644 }]), "cannot be told");
  },
  LIMIT,
);

spec(
  "a partition that is too small is grown, and holds more then",
  (t) => {
    const folder = aFolder(t);
    const image = aVendorImage(t, folder);
    const part = new Ext4Part(image, readPartitions(image).root);
    const room = part.freeBytes() + (24 << 20);
    const { size } = statSync(image);
    growRoot(image, readPartitions(image), room);
    assert.ok(part.freeBytes() >= room, `${part.freeBytes()} of ${room} bytes`);
    const { root } = readPartitions(image);
    const grown = statSync(image).size;
    assert.is(root.offset + root.bytes, grown);
    assert.ok(grown > size);
    assert.is(part.read("/etc/hostname")?.toString(), "raspberrypi\n");
    part.check();
    growRoot(image, readPartitions(image), room);
    assert.is(statSync(image).size, grown, "there is room: nothing changes");
    truncateSync(image, grown - 4096);
    assert.throws(() => readPartitions(image), "has other partitions", "an image that was cut off");
  },
  LIMIT,
);

spec(
  "a folder becomes entries in order, programs stay programs",
  (t) => {
    const folder = aFolder(t);
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin/run"), "x".repeat(5000));
    chmodSync(join(folder, "bin/run"), 0o711);
    writeFileSync(join(folder, "about"), "");
    symlinkSync("bin/run", join(folder, "start"));
    const entries = treeEntries(folder, "/opt/x");
    assert.equal(entries, [
      { path: "/opt/x", folder: true, mode: 0o755 },
      { path: "/opt/x/about", from: join(folder, "about"), mode: 0o644 },
      { path: "/opt/x/bin", folder: true, mode: 0o755 },
      { path: "/opt/x/bin/run", from: join(folder, "bin/run"), mode: 0o755 },
      { path: "/opt/x/start", linkTo: "bin/run" },
    ]);
    assert.is(treeBytes(entries), 4096 * 5, "two blocks of 4 KiB for the program, none for an empty file");
  },
  LIMIT,
);
