/** A stand-in for Raspberry Pi OS Lite: its two partitions, with the files that matter, without a system to boot. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { PARTITION_TYPE, partitionTable, SECTOR_BYTES } from "../../../deploy/image/partition-table.ts";
import type { SpecContext } from "../../harness/spec.ts";

/** Debian's users do not look in sbin. */
const ENVIRONMENT = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const MB = 1 << 20;
/** In sectors, as the vendor's images begin. */
const BOOT = { start: 8192, sectors: (16 * MB) / SECTOR_BYTES };
const ROOT = { start: 8192 + BOOT.sectors, sectors: (32 * MB) / SECTOR_BYTES };

/** Files of the root file system, by path. */
const FILES: Readonly<Record<string, string>> = {
  "etc/hostname": "raspberrypi\n",
  "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n",
  "etc/passwd": "root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000::/home/pi:/bin/bash\n",
  "etc/group": "root:x:0:\ngpio:x:986:pi\ni2c:x:994:pi\nspi:x:989:pi\npi:x:1000:\n",
  "etc/shadow": "root:*:20000:0:99999:7:::\npi:!:20000:0:99999:7:::\n",
  "etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nID=debian\n',
  "etc/rpi-issue": "Raspberry Pi reference 2025-10-01\nGenerated using pi-gen, stage2\n",
};

/** Makes one in the folder; its path. Ends the test as skipped where there are no tools for it. */
export function aVendorImage(t: SpecContext, folder: string): string {
  for (const tool of ["mcopy", "mke2fs"])
    if (spawnSync(tool, ["-V"], { env: ENVIRONMENT }).error !== undefined) t.skip(`${tool} is not installed`);
  const tree = join(folder, "rootfs");
  for (const path of [
    "etc/systemd/system",
    "etc/ssh",
    "etc/NetworkManager",
    "opt",
    "root",
    "usr/lib/aarch64-linux-gnu",
    "var/lib",
  ])
    mkdirSync(join(tree, path), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(tree, path), text);
  writeFileSync(join(tree, "usr/lib/aarch64-linux-gnu/libc.so.6"), "");
  const [boot, root, image] = ["boot", "root", "vendor.img"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const run = (program: string, ...words: string[]) =>
    execFileSync(program, words, { env: ENVIRONMENT, stdio: "pipe" });
  writeFileSync(boot, "");
  truncateSync(boot, BOOT.sectors * SECTOR_BYTES);
  run("mformat", "-i", boot, "-v", "bootfs", "::");
  for (const [name, text] of [
    ["config.txt", "[all]\narm_64bit=1\n"],
    ["cmdline.txt", "console=tty1 root=PARTUUID=1-02 rootfstype=ext4 rootwait\n"],
  ] as const) {
    writeFileSync(join(folder, name), text);
    run("mcopy", "-i", boot, join(folder, name), "::/");
  }
  run(
    "mke2fs",
    "-q",
    "-t",
    "ext4",
    "-L",
    "rootfs",
    "-d",
    tree,
    root,
    `${(ROOT.sectors * SECTOR_BYTES) / 1024}k`,
  );
  const table = [
    { type: PARTITION_TYPE.fat32, ...BOOT },
    { type: PARTITION_TYPE.linux, ...ROOT },
  ];
  writeFileSync(image, partitionTable(0x5250494f, table));
  truncateSync(image, (ROOT.start + ROOT.sectors) * SECTOR_BYTES);
  const fd = openSync(image, "r+");
  writeSync(fd, readFileSync(boot), 0, undefined, BOOT.start * SECTOR_BYTES);
  writeSync(fd, readFileSync(root), 0, undefined, ROOT.start * SECTOR_BYTES);
  closeSync(fd);
  return image;
}
