/** The file system of a slot: busybox, the libraries that its programs ask for, those programs, and the application. Nothing else. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { elfNeeds } from "./elf-needs.ts";
import { ImageError } from "./image-error.ts";
import { setPlainModes } from "./plain-modes.ts";

/** Where Debian's libraries may lie. */
const LIBRARY_FOLDERS = ["lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu"];
/** What libc loads by itself, as name resolution needs it: Debian 12's libc has both built in but for DNS over its resolver. */
const ALSO_LOADED = ["libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2"];

/** Programs of a slot beside busybox, as they lie in Debian's tree. */
const PROGRAMS = [
  ...["bin/busybox", "sbin/e2fsck", "sbin/resize2fs", "usr/sbin/mdnsd", "usr/sbin/ntpd"],
  ...["usr/sbin/dropbear", "usr/bin/dropbearkey", "sbin/wpa_supplicant"],
];
/** Firmware of the radios of a Pi 3, 3 B+ and 4; a Zero 2 W's is not in Debian 12. */
const RADIOS = /^brcm\/brcmfmac(43430|43455)-sdio\.(bin|clm_blob|raspberrypi,.*|txt)$/;
/** Whose rules they follow: Debian's kernel trusts Debian's signature, and looks for these names. */
const RULES = /^(regulatory\.db(?:\.p7s)?)-debian$/;

const FOLDERS = [
  ...["bin", "etc/holdfast", "lib", "dev", "proc", "sys", "run", "tmp", "data", "app"],
  ...["usr/share", "var/lib"],
];
/** Places that programs have built in, and what stands behind them. */
const LINKS: Readonly<Record<string, string>> = {
  sbin: "bin",
  boot: "run/boot",
  "usr/bin": "../bin",
  "usr/sbin": "../bin",
  "usr/lib": "../lib",
  "lib/aarch64-linux-gnu": ".",
  lib64: "lib",
  "var/run": "../run",
  "var/log": "../data/log",
  "var/lib/openntpd": "../../run/openntpd",
  "etc/resolv.conf": "../run/resolv.conf",
  "etc/shadow": "../data/system/shadow",
  "etc/localtime": "../data/system/localtime",
  "bin/holdfast": "../etc/holdfast/holdfast",
};
const TEXTS: Readonly<Record<string, string>> = {
  "etc/passwd": ["root:x:0:0:root:/data/home:/bin/sh", "ntpd:x:101:101::/run/openntpd:/bin/false", ""].join(
    "\n",
  ),
  "etc/group": "root:x:0:\nntpd:x:101:\n",
  "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
  "etc/nsswitch.conf": "hosts: files dns\npasswd: files\ngroup: files\nshadow: files\n",
  "etc/services": "ntp 123/udp\n", // ntpd does not start without
  "etc/shells": "/bin/sh\n",
  "etc/profile": "export PATH=/bin PS1='\\u@\\h:\\w# '\n. /data/system/environment\n",
};

export interface SlotParts {
  /** Debian's tree. */
  readonly debian: string;
  /** Folder with the scripts of a slot. */
  readonly scripts: string;
  /** Folder of the application. */
  readonly application: string;
  /** The program that reads slot records. */
  readonly bootDisk: string;
  /** Names that busybox is called by. */
  readonly applets: readonly string[];
}

/** Lays out `root`, a new folder. Throws `ImageError` ("noPackage") for a library that no package brought. */
export function makeSlotRoot(root: string, parts: SlotParts): void {
  const { debian, scripts } = parts;
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, target] of Object.entries(LINKS)) symlinkSync(target, join(root, path));
  for (const [path, text] of Object.entries(TEXTS)) writeFileSync(join(root, path), text);
  for (const name of readdirSync(scripts).filter((one) => one !== "inittab")) {
    copyFileSync(join(scripts, name), join(root, "etc/holdfast", name));
    chmodSync(join(root, "etc/holdfast", name), 0o755);
  }
  copyFileSync(join(scripts, "inittab"), join(root, "etc/inittab"));
  for (const program of PROGRAMS) take(join(debian, program), join(root, "bin"));
  take(parts.bootDisk, join(root, "bin"));
  for (const applet of parts.applets) {
    if (!existsSync(join(root, "bin", applet))) symlinkSync("busybox", join(root, "bin", applet));
  }
  takeFirmware(join(debian, "lib/firmware"), join(root, "lib/firmware"));
  takeZones(join(debian, "usr/share/zoneinfo"), join(root, "usr/share/zoneinfo"));
  cpSync(parts.application, join(root, "app"), { recursive: true, verbatimSymlinks: true });
  takeLibraries(debian, root);
  setPlainModes(root);
}

/** Every library that a program here asks for, and those that they ask for. */
function takeLibraries(debian: string, root: string): void {
  const wanted = [...ALSO_LOADED, ...programsIn(root).flatMap((file) => elfNeeds(readFileSync(file)))];
  const taken = new Set<string>();
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (taken.has(name)) continue;
    taken.add(name);
    const found = LIBRARY_FOLDERS.map((folder) => join(debian, folder, name)).find(existsSync);
    if (found === undefined) {
      throw new ImageError("noPackage", `${name} is in none of Debian's packages that an image is made of`);
    }
    copyFileSync(found, join(root, "lib", name)); // what a link leads to, under the name that is asked for
    wanted.push(...elfNeeds(readFileSync(found)));
  }
}

/** Every file that may be a program: those of the slot, and addons of the application for this kind of machine. */
function programsIn(root: string): readonly string[] {
  const own = readdirSync(join(root, "bin")).map((name) => join(root, "bin", name));
  const application = (readdirSync(join(root, "app"), { recursive: true }) as string[])
    .filter((name) => name === "bin/node" || name.endsWith(".node"))
    .map((name) => join(root, "app", name));
  return [...own, ...application].filter((file) => lstatSync(file).isFile());
}

function takeFirmware(from: string, to: string): void {
  for (const name of readdirSync(from, { recursive: true }) as string[]) {
    const wanted = RADIOS.test(name) ? name : RULES.exec(name)?.[1];
    if (wanted === undefined) continue;
    mkdirSync(dirname(join(to, wanted)), { recursive: true });
    copyFileSync(join(from, name), join(to, wanted));
  }
}

/** Not the copies for other ways of counting seconds. */
function takeZones(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !/zoneinfo\/(right|posix)(\/|$)/.test(path),
  });
}

function take(file: string, folder: string): void {
  copyFileSync(file, join(folder, basename(file)));
  chmodSync(join(folder, basename(file)), 0o755);
}
