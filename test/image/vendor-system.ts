/**
 * A stand-in for Raspberry Pi OS Lite (64-bit) that boots: its two partitions, Debian's systemd and the programs of the base system,
 * unpacked and not installed, as for an image that nobody has booted yet. What the vendor adds and a board looks for is written here:
 * groups of the hardware, who may use its devices, a network that comes up by itself.
 */
import { execFileSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { cpioArchive } from "../../deploy/image/cpio.ts";
import { type DebianTree, debianTree, imageCache } from "../../deploy/image/debian-packages.ts";
import { modulesInOrder } from "../../deploy/image/module-order.ts";
import { PARTITION_TYPE, partitionTable, SECTOR_BYTES } from "../../deploy/image/partition-table.ts";
import { PATIENT } from "./card.ts";
import { headerScript } from "./header-script.ts";

const MIB = 1_048_576;
/** As in the vendor's images. */
const BOOT = { start: 8192, sectors: (64 * MIB) / SECTOR_BYTES };
const ROOT = { start: BOOT.start + BOOT.sectors, sectors: (400 * MIB) / SECTOR_BYTES };

const SYSTEM = [
  ...[
    "systemd",
    "systemd-sysv",
    "libsystemd-shared",
    "libsystemd0",
    "udev",
    "libudev1",
    "mount",
    "util-linux",
  ],
  ...[
    "libblkid1",
    "libmount1",
    "libsmartcols1",
    "libuuid1",
    "libfdisk1",
    "libcryptsetup12",
    "libdevmapper1.02.1",
  ],
  ...["coreutils", "bash", "dash", "sed", "grep", "gzip", "tar", "findutils", "base-files", "base-passwd"],
  ...["passwd", "login", "hostname", "kmod", "libkmod2", "libc6", "libc-bin", "libgcc-s1", "libstdc++6"],
  ...[
    "libpam0g",
    "libpam-modules",
    "libpam-runtime",
    "libcap2",
    "libcap-ng0",
    "libcrypt1",
    "libssl3",
    "libzstd1",
  ],
  ...[
    "liblz4-1",
    "liblzma5",
    "libgcrypt20",
    "libgpg-error0",
    "libaudit1",
    "libseccomp2",
    "libip4tc2",
    "libapparmor1",
  ],
  ...["libacl1", "libattr1", "libgmp10", "libselinux1", "libpcre2-8-0", "libtinfo6", "libjson-c5", "zlib1g"],
  ...[
    "libsemanage2",
    "libsepol2",
    "libbz2-1.0",
    "libdb5.3",
    "libbpf1",
    "libelf1",
    "busybox-static",
    "ncurses-base",
  ],
];

/** As `systemctl edit holdfast` writes it: an emulated processor is late at everything. */
const PATIENCE = [
  "[Service]",
  ...Object.entries(PATIENT).map(([name, value]) => `Environment=${name}=${value}`),
  ...["WatchdogSec=120s", "TimeoutStartSec=600s", "TimeoutStopSec=60s", ""],
].join("\n");

/** Of the root file system. */
const FILES: Readonly<Record<string, string>> = {
  "etc/hostname": "raspberrypi\n",
  "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n",
  "etc/rpi-issue": "a stand-in for Raspberry Pi reference 2025\n",
  "etc/fstab": "/dev/vda2 / ext4 defaults 0 1\n/dev/vda1 /boot/firmware vfat defaults,sync 0 2\n",
  "etc/machine-id": "uninitialized\n",
  "etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n",
  "etc/udev/rules.d/99-com.rules": 'SUBSYSTEM=="gpio", GROUP="gpio", MODE="0660"\n',
  "etc/systemd/system/holdfast.service.d/patient.conf": PATIENCE,
  "etc/systemd/network/cable.network": "[Match]\nName=en* eth*\n[Network]\nDHCP=ipv4\n",
  "etc/pam.d/other":
    "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n",
};

export interface VendorSystem {
  readonly image: string;
  readonly kernel: string;
  /** What a firmware would load beside it: loads modules, makes a header of gpio-sim, hands over to the root file system. */
  readonly initramfs: string;
}

/** Makes one in the folder. Needs root: the files of a system are root's. */
export async function vendorSystem(folder: string, gpioSim: Buffer): Promise<VendorSystem> {
  const step = (what: string) => void process.stderr.write(`holdfast: ${what} ...\n`);
  const debian = await debianTree(join(imageCache(), "vendor"), SYSTEM, { step });
  const at = (name: string) => join(folder, name);
  rootTree(debian, at("root"));
  writeFileSync(at("boot"), "");
  truncateSync(at("boot"), BOOT.sectors * SECTOR_BYTES);
  execFileSync("mformat", ["-i", at("boot"), "-F", "-v", "bootfs", "::"]);
  for (const [name, text] of [
    ["config.txt", "[all]\narm_64bit=1\n"],
    ["cmdline.txt", "console=ttyAMA0 root=/dev/vda2 rootfstype=ext4 panic=5 rootwait\n"],
  ] as const) {
    writeFileSync(at(name), text);
    execFileSync("mcopy", ["-i", at("boot"), at(name), "::/"]);
  }
  execFileSync("mke2fs", [
    ...[
      "-q",
      "-F",
      "-t",
      "ext4",
      "-L",
      "rootfs",
      "-d",
      at("root"),
      at("ext4"),
      `${(ROOT.sectors * SECTOR_BYTES) / 1024}k`,
    ],
  ]);
  rmSync(at("root"), { recursive: true });
  const image = at("vendor.img");
  writeFileSync(
    image,
    partitionTable(0x5250494f, [
      { type: PARTITION_TYPE.fat32, ...BOOT },
      { type: PARTITION_TYPE.linux, ...ROOT },
    ]),
  );
  truncateSync(image, (ROOT.start + ROOT.sectors) * SECTOR_BYTES);
  const fd = openSync(image, "r+");
  writeSync(fd, readFileSync(at("boot")), 0, undefined, BOOT.start * SECTOR_BYTES);
  writeSync(fd, readFileSync(at("ext4")), 0, undefined, ROOT.start * SECTOR_BYTES);
  closeSync(fd);
  writeFileSync(at("initramfs.gz"), initramfs(debian, gpioSim));
  copyFileSync(join(debian.root, "boot", `vmlinuz-${debian.kernel}`), at("kernel"));
  return { image, kernel: at("kernel"), initramfs: at("initramfs.gz") };
}

function rootTree(debian: DebianTree, root: string): void {
  execFileSync("cp", ["-a", debian.root, root]);
  for (const path of ["boot", "usr/share/doc", "usr/share/locale", "usr/share/man", "lib/modules"])
    rmSync(join(root, path), { recursive: true, force: true });
  for (const path of [
    "boot/firmware",
    "dev",
    "proc",
    "sys",
    "run",
    "tmp",
    "opt",
    "root",
    "var/lib",
    "var/log",
  ])
    mkdirSync(join(root, path), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const master = (name: string) =>
    readFileSync(join(root, "usr/share/base-passwd", `${name}.master`), "utf8");
  const passwd = master("passwd");
  writeFileSync(join(root, "etc/passwd"), passwd);
  writeFileSync(join(root, "etc/group"), `${master("group")}gpio:x:986:\ni2c:x:994:\nspi:x:989:\n`);
  writeFileSync(
    join(root, "etc/shadow"),
    passwd.replace(/^([^:]*):.*$/gm, (_, name: string) => `${name}:*:19000:0:99999:7:::`),
  );
  if (!existsSync(join(root, "etc/os-release")))
    symlinkSync("../usr/lib/os-release", join(root, "etc/os-release"));
  const wanted = join(root, "etc/systemd/system/multi-user.target.wants");
  mkdirSync(wanted, { recursive: true });
  symlinkSync("/lib/systemd/system/systemd-networkd.service", join(wanted, "systemd-networkd.service"));
  // Nobody is there to answer its questions.
  symlinkSync("/dev/null", join(root, "etc/systemd/system/systemd-firstboot.service"));
  symlinkSync("/lib/systemd/system/multi-user.target", join(root, "etc/systemd/system/default.target"));
}

/** Modules before the root file system, in their order. */
const MODULES = [
  ...["virtio_pci", "virtio_mmio", "virtio_blk", "virtio_net", "virtio_rng", "crc32c_generic", "ext4"],
  ...["nls_cp437", "nls_ascii", "vfat", "configfs"],
];

function initramfs(debian: DebianTree, gpioSim: Buffer): Buffer {
  const modules = [
    ...modulesInOrder(join(debian.root, "lib/modules"), MODULES),
    { name: "gpio_sim", content: gpioSim },
  ];
  const init = [
    "#!/bin/busybox sh",
    "/bin/busybox --install -s /bin",
    "export PATH=/bin",
    "mount -t proc proc /proc",
    "mount -t sysfs sys /sys",
    "mount -t devtmpfs dev /dev",
    ...modules.map(({ name }) => `insmod /modules/${name}.ko`),
    ...headerScript(),
    "until [ -b /dev/vda2 ]; do sleep 0.1; done",
    "mount -t ext4 /dev/vda2 /system",
    "for place in proc sys dev; do mount --move /$place /system/$place; done",
    "exec switch_root /system /sbin/init",
    "",
  ].join("\n");
  const folders = ["bin", "dev", "proc", "sys", "system", "modules"];
  return gzipSync(
    cpioArchive([
      ...folders.map((path) => ({ path, mode: 0o040755 })),
      { path: "dev/console", mode: 0o020600, device: [5, 1] },
      { path: "bin/busybox", mode: 0o100755, content: readFileSync(join(debian.root, "bin/busybox")) },
      { path: "init", mode: 0o100755, content: Buffer.from(init) },
      ...modules.map(({ name, content }) => ({ path: `modules/${name}.ko`, mode: 0o100644, content })),
    ]),
  );
}
